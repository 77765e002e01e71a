using System.Globalization;
using System.Text;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Evaluation.Statistics;

namespace Drafthorse.Evaluation.Reports;

/// <summary>The report as Markdown, with the chart beside it.</summary>
internal static class MarkdownReport
{
    public const string FileName = "report.md";
    private const int MaxWhy = 160;
    private const int MaxPower = 5;

    public static string Write(EvalReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Evaluation of {SafeMarkdown.Line(report.Suite, 100)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"![Share of repetitions solved, and each repetition]({ChartSvg.FileName})\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{report.Variants.Max(variant => variant.Tasks.Count)} tasks, {report.Repeat} repetitions of each, in {report.Sandbox} sandboxes, {report.At:yyyy-MM-dd HH:mm} UTC.");
        text.Append(report.IsIsolated ? "\n\n" : " **No isolation: an agent could read the checks on this machine.**\n\n");
        AppendVariants(text, report);
        if (report.Compared is { } compared)
            AppendComparison(text, compared);
        AppendTasks(text, report);
        if (report.Problems.Count > 0)
        {
            text.Append("## Not run\n\n| task | why |\n|---|---|\n");
            foreach (var (task, why) in report.Problems)
                text.Append(CultureInfo.InvariantCulture, $"| {SafeMarkdown.Cell(task, 100)} | {SafeMarkdown.Cell(why, 1000)} |\n");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void AppendVariants(StringBuilder text, EvalReport report)
    {
        var powers = Enumerable.Range(2, Math.Max(0, Math.Min(report.Repeat, MaxPower) - 1)).ToList();
        text.Append(CultureInfo.InvariantCulture, $"| setting | solved | pass rate | 95 % interval |{string.Concat(powers.Select(k => $" pass^{k} |"))} cost | tokens in (cached) | tokens out | steps each | tool errors | time each | infrastructure failures |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|--:|--:|--:|{string.Concat(powers.Select(_ => "--:|"))}--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var score in report.Variants)
        {
            var passed = score.Passed;
            text.Append(CultureInfo.InvariantCulture, $"| {SafeMarkdown.Cell(score.Variant.Label, 100)} | {passed.Hits} of {passed.Tries} | {Figures.Percent(passed.Rate)} | {Figures.Interval(passed)} |");
            foreach (var k in powers)
                text.Append(CultureInfo.InvariantCulture, $" {Figures.Percent(score.PassPower(k))} |");
            text.Append(CultureInfo.InvariantCulture, $" {Figures.Cost(score.CostUsd)} | {Figures.Count(score.InputTokens)} ({Figures.Count(score.CachedInputTokens)}) | {Figures.Count(score.OutputTokens)} | {Figures.PerRepetition(score.Steps, score.Repetitions)} | {score.ToolErrors} of {score.ToolCalls} | {(score.Repetitions == 0 ? "-" : Figures.Seconds(score.Seconds / score.Repetitions))} | {score.Infrastructure} |\n");
        }

        text.Append("\nThe interval is Wilson's over all repetitions; pass^k is the chance that k repetitions of a task all succeed. Infrastructure failures (the model's provider, the sandbox) count for nothing and are tried again when the same command is given again.\n\n");
    }

    private static void AppendComparison(StringBuilder text, Comparison compared)
    {
        text.Append(CultureInfo.InvariantCulture, $"## Compared\n\n{SafeMarkdown.Line(compared.Statement(), 1000)}\n\n");
        AppendBetter(text, compared.First.Variant.Label, compared.FirstIsBetter);
        AppendBetter(text, compared.Second.Variant.Label, [.. compared.SecondIsBetter.Select(pair => (pair.Second, pair.First))]);
        text.Append('\n');
    }

    private static void AppendBetter(StringBuilder text, string label, IReadOnlyList<(TaskScore Better, TaskScore Worse)> pairs)
    {
        if (pairs.Count == 0)
            return;
        var tasks = pairs.Select(pair => $"{pair.Better.Task.Name} ({Of(pair.Better)} against {Of(pair.Worse)})");
        text.Append(CultureInfo.InvariantCulture, $"* Better with {SafeMarkdown.Cell(label, 100)}: {string.Join(", ", tasks)}\n");
    }

    private static void AppendTasks(StringBuilder text, EvalReport report)
    {
        text.Append(CultureInfo.InvariantCulture, $"## Tasks\n\n| task | language |{string.Concat(report.Variants.Select(score => $" {SafeMarkdown.Cell(score.Variant.Label, 60)} |"))} steps | why not |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|---|{string.Concat(report.Variants.Select(_ => "--:|"))}--:|---|\n");
        foreach (var task in report.Variants[0].Tasks)
        {
            var scores = report.Variants.Select(variant => variant.Tasks.First(score => score.Task.Name == task.Task.Name)).ToList();
            text.Append(CultureInfo.InvariantCulture, $"| {task.Task.Name} | {SafeMarkdown.Line(task.Task.Language, 30)} |");
            foreach (var score in scores)
                text.Append(CultureInfo.InvariantCulture, $" {Of(score)} |");
            var results = scores.SelectMany(score => score.Results).ToList();
            text.Append(CultureInfo.InvariantCulture, $" {Figures.PerRepetition(results.Sum(result => (long)result.Steps), results.Count)} | {Why(report, scores)} |\n");
        }

        text.Append('\n');
    }

    private static string Why(EvalReport report, List<TaskScore> scores)
    {
        if (scores.Select(score => score.Why).FirstOrDefault(why => why.Length > 0) is not { } why)
            return "";
        var missing = report.Variants.SelectMany(variant => TaskScore.Missing(scores[0].Task, variant.Variant)).Distinct(StringComparer.Ordinal).ToList();
        return $"{(missing.Count > 0 ? $"needs {string.Join(", ", missing)}: " : "")}{SafeMarkdown.Cell(why, MaxWhy)}";
    }

    private static string Of(TaskScore score) => score.Infrastructure > 0 ? $"{score.Passed.Hits}/{score.Passed.Tries} (+{score.Infrastructure} not run)" : $"{score.Passed.Hits}/{score.Passed.Tries}";
}
