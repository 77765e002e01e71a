using System.Globalization;
using System.Text.Json;
using Drafthorse.Evaluation.Reports;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Statistics;
using Drafthorse.Harness.Text;
using Drafthorse.Terminal;
using Spectre.Console;

namespace Drafthorse.Evaluation;

/// <summary>What the evaluation says while it runs and at its end: lines for people, or one JSON object a line for programs.</summary>
/// <param name="console">Where people read.</param>
/// <param name="stream">Where programs read; null: people do.</param>
internal sealed class EvalOutput(IAnsiConsole console, Stream? stream)
{
    private readonly Lock _gate = new();

    /// <summary>A word for people, which programs do not get.</summary>
    public void Say(FormattableString markup)
    {
        if (stream is null)
            Locked(() => console.Say(markup));
    }

    /// <summary>What is wrong and does not end the evaluation.</summary>
    public void Warn(string task, string why)
    {
        if (stream is not null)
            WriteObject("task.refused", writer => { writer.WriteString("task", task); writer.WriteString("reason", why); });
        else
            Locked(() => console.Say($"[red]{task}[/]: {why:lines}"));
    }

    public void Begin(string suite, int tasks, int repetitions, int finished, string sandbox, string output)
    {
        if (stream is not null)
        {
            WriteObject("eval.started", writer =>
            {
                writer.WriteString("suite", suite);
                writer.WriteNumber("tasks", tasks);
                writer.WriteNumber("repetitions", repetitions);
                writer.WriteNumber("finished", finished);
                writer.WriteString("sandbox", sandbox);
                writer.WriteString("output", output);
            });
            return;
        }

        Say($"[bold]{suite}[/]: {tasks} tasks, {repetitions} repetitions in {sandbox} sandboxes. Results: {TerminalConsole.Short(output)}");
        if (finished > 0)
            Say($"{finished} of them are finished already and are not run again.");
    }

    public void Finished(RepetitionResult result, ReadOnlyMemory<byte> line, int done, int all)
    {
        if (stream is not null)
        {
            WriteObject("repetition.finished", writer => { writer.WritePropertyName("result"); writer.WriteRawValue(line.Span); });
            return;
        }

        var (word, color) = result.Outcome switch
        {
            RepetitionOutcome.Solved => ("solved", "green"),
            RepetitionOutcome.Failed => ("not solved", "red"),
            _ => ("infrastructure", "yellow"),
        };
        var time = Figures.Seconds(result.Seconds + result.CheckSeconds);
        Locked(() => console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[dim]{done,4}/{all}[/] [{color}]{word,-14}[/] {Markup.Escape(result.Task)} #{result.Repetition} [dim]{Markup.Escape(ForeignText.Line(result.Variant))}, {result.Steps} steps, {time}[/]")));
        if (result.Reason.Length > 0)
            Say($"          {result.Reason}");
    }

    /// <summary>It ends without a report, so that whoever reads the lines has a last one.</summary>
    public void Failed(string type, string reason) => WriteObject(type, writer => writer.WriteString("reason", reason));

    public void End(EvalReport report, string output)
    {
        foreach (var score in report.Variants)
        {
            if (stream is not null)
                WriteObject("setting.finished", writer => WriteScore(writer, score, report.Repeat));
            else
                Say($"[bold]{score.Variant.Label}[/]: {score.Passed.Hits} of {score.Passed.Tries} solved, {Figures.Percent(score.Passed.Rate)} (95 %: {Figures.Interval(score.Passed)}); pass^{report.Repeat} {Figures.Percent(score.PassPower(report.Repeat))}; cost {Figures.Cost(score.CostUsd)}; {score.Infrastructure} infrastructure failures");
        }

        if (report.Compared is { } compared)
            Say($"{compared.Statement()}");
        Say($"Report: {TerminalConsole.Short(Path.Combine(output, MarkdownReport.FileName))}");
        WriteObject("eval.finished", writer =>
        {
            writer.WriteString("report", Path.Combine(output, MarkdownReport.FileName));
            writer.WriteNumber("refused", report.Problems.Count);
            if (report.Compared is not { } pair)
                return;
            writer.WriteNumber("firstIsBetter", pair.FirstIsBetter.Count);
            writer.WriteNumber("secondIsBetter", pair.SecondIsBetter.Count);
            writer.WriteNumber("pairs", pair.Pairs.Count);
            writer.WriteNumber("pValue", pair.PValue);
            writer.WriteString("statement", pair.Statement());
        });
    }

    private static void WriteScore(Utf8JsonWriter writer, VariantScore score, int repeat)
    {
        writer.WriteString("setting", score.Variant.Label);
        writer.WriteNumber("solved", score.Passed.Hits);
        writer.WriteNumber("counted", score.Passed.Tries);
        writer.WriteNumber("infrastructure", score.Infrastructure);
        WriteNumber("passRate", score.Passed.Rate);
        writer.WriteNumber("low", score.Passed.Interval.Low);
        writer.WriteNumber("high", score.Passed.Interval.High);
        writer.WriteStartArray("passPower");
        for (var k = 1; k <= repeat && score.PassPower(k) is { } power; k++)
            writer.WriteNumberValue(power);
        writer.WriteEndArray();
        if (score.CostUsd is { } cost)
            writer.WriteNumber("costUsd", cost);
        else
            writer.WriteNull("costUsd");
        writer.WriteNumber("inputTokens", score.InputTokens);
        writer.WriteNumber("cachedInputTokens", score.CachedInputTokens);
        writer.WriteNumber("outputTokens", score.OutputTokens);
        writer.WriteNumber("steps", score.Steps);
        writer.WriteNumber("toolCalls", score.ToolCalls);
        writer.WriteNumber("toolErrors", score.ToolErrors);
        writer.WriteNumber("seconds", score.Seconds);

        void WriteNumber(string name, double? value)
        {
            if (value is { } number)
                writer.WriteNumber(name, number);
            else
                writer.WriteNull(name);
        }
    }

    private void WriteObject(string type, Action<Utf8JsonWriter> members)
    {
        if (stream is null)
            return;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            members(writer);
            writer.WriteEndObject();
        }

        Locked(() =>
        {
            stream.Write([.. JsonText.Visible(buffer.ToArray()).Span, (byte)'\n']);
            stream.Flush();
        });
    }

    private void Locked(Action action)
    {
        lock (_gate)
            action();
    }
}
