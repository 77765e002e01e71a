using System.Globalization;
using System.Security;
using System.Text;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Statistics;
using Drafthorse.Harness.Text;

namespace Drafthorse.Evaluation.Reports;

/// <summary>
/// The report's chart: a bar with its interval for each setting, and below it each repetition of each task. It follows the reader's light or
/// dark theme, and tells its marks apart by shape too.
/// </summary>
internal sealed class ChartSvg
{
    public const string FileName = "chart.svg";
    private const int Width = 860;
    private const int Left = 250;
    private const int Bar = 400;
    private const int RowHeight = 34;
    private const int TaskHeight = 22;
    private const int MaxTasks = 60;
    private const int MaxMarks = 12;
    private const int Mark = 12;

    private readonly StringBuilder _svg = new();
    private int _y = 40;

    private ChartSvg()
    {
    }

    public static string Draw(EvalReport report)
    {
        var chart = new ChartSvg();
        chart.Text(0, 18, "h", "Repetitions solved, with the 95 % interval");
        foreach (var score in report.Variants)
            chart.DrawRate(score);
        chart.DrawScale();
        chart.DrawTasks(report);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{chart._y}" viewBox="0 0 {Width} {chart._y}" role="img" aria-label="Repetitions solved">
            <style>
            text {"{"} font: 13px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: #1f2328; {"}"}
            .h {"{"} font-weight: 600; {"}"} .d {"{"} fill: #59636e; {"}"} .g {"{"} stroke: #d1d9e0; {"}"} .b {"{"} fill: #eff2f5; {"}"} .s {"{"} fill: #0969da; {"}"} .w {"{"} stroke: #1f2328; stroke-width: 2; {"}"} .f {"{"} fill: none; stroke: #bc4c00; stroke-width: 2; {"}"} .i {"{"} fill: #818b98; {"}"}
            @media (prefers-color-scheme: dark) {"{"} text {"{"} fill: #e6edf3; {"}"} .d {"{"} fill: #9198a1; {"}"} .g {"{"} stroke: #3d444d; {"}"} .b {"{"} fill: #262c36; {"}"} .s {"{"} fill: #4493f8; {"}"} .w {"{"} stroke: #e6edf3; {"}"} .f {"{"} stroke: #f0883e; {"}"} .i {"{"} fill: #9198a1; {"}"} {"}"}
            </style>
            {chart._svg}</svg>

            """;
    }

    private void DrawRate(VariantScore score)
    {
        var passed = score.Passed;
        Text(0, _y + 16, "", Short(score.Variant.Label, 34));
        Add($"<rect class=\"b\" x=\"{Left}\" y=\"{_y + 3}\" width=\"{Bar}\" height=\"18\" rx=\"3\"/>");
        Add($"<rect class=\"s\" x=\"{Left}\" y=\"{_y + 3}\" width=\"{Bar * (passed.Rate ?? 0):0.#}\" height=\"18\" rx=\"3\"/>");
        if (passed.Tries > 0)
        {
            var (low, high) = (Left + Bar * passed.Interval.Low, Left + Bar * passed.Interval.High);
            Add($"<path class=\"w\" d=\"M{low:0.#} {_y + 12}H{high:0.#}M{low:0.#} {_y + 7}v10M{high:0.#} {_y + 7}v10\"/>");
        }

        Text(Left + Bar + 14, _y + 16, "", $"{Figures.Percent(passed.Rate)}, {passed.Hits} of {passed.Tries}{(score.Infrastructure > 0 ? $" (+{score.Infrastructure} not run)" : "")}");
        _y += RowHeight;
    }

    private void DrawScale()
    {
        for (var percent = 0; percent <= 100; percent += 25)
        {
            var x = Left + Bar * percent / 100;
            Add($"<path class=\"g\" d=\"M{x} {_y - 8}v6\"/>");
            Add($"<text class=\"d\" x=\"{x}\" y=\"{_y + 12}\" text-anchor=\"middle\">{percent} %</text>");
        }

        _y += 34;
    }

    private void DrawTasks(EvalReport report)
    {
        DrawLegend();
        var column = Math.Max(70, Math.Min(Bar / report.Variants.Count, 20 + (Mark + 4) * Math.Min(report.Repeat, MaxMarks)));
        if (report.Variants.Count > 1)
        {
            for (var index = 0; index < report.Variants.Count; index++)
                Text(Left + column * index, _y + 14, "d", index == 0 ? "first" : "second");
            _y += TaskHeight;
        }

        var tasks = report.Variants[0].Tasks;
        foreach (var task in tasks.Take(MaxTasks))
        {
            Text(0, _y + 14, "", Short(task.Task.Name, 34));
            for (var index = 0; index < report.Variants.Count; index++)
            {
                var x = Left + column * index;
                foreach (var result in report.Variants[index].Tasks.First(score => score.Task.Name == task.Task.Name).Results.Take(MaxMarks))
                {
                    DrawMark(x, _y + 3, result.Outcome);
                    x += Mark + 4;
                }
            }

            _y += TaskHeight;
        }

        if (tasks.Count > MaxTasks)
            Text(0, _y + 14, "d", $"and {tasks.Count - MaxTasks} more tasks: see the table");
        _y += TaskHeight;
    }

    private void DrawLegend()
    {
        Text(0, _y + 14, "h", "Each repetition");
        var x = Left;
        foreach (var (outcome, words) in ((RepetitionOutcome, string)[])[(RepetitionOutcome.Solved, "solved"), (RepetitionOutcome.Failed, "not solved"), (RepetitionOutcome.Infrastructure, "infrastructure failed")])
        {
            DrawMark(x, _y + 3, outcome);
            Text(x + Mark + 6, _y + 14, "d", words);
            x += 110;
        }

        _y += TaskHeight + 6;
    }

    private void DrawMark(int x, int y, RepetitionOutcome outcome) => Add(outcome switch
    {
        RepetitionOutcome.Solved => $"<rect class=\"s\" x=\"{x}\" y=\"{y}\" width=\"{Mark}\" height=\"{Mark}\" rx=\"2\"/>",
        RepetitionOutcome.Failed => $"<path class=\"f\" d=\"M{x + 1} {y + 1}h{Mark - 2}v{Mark - 2}h-{Mark - 2}zl{Mark - 2} {Mark - 2}m0 -{Mark - 2}l-{Mark - 2} {Mark - 2}\"/>",
        _ => (FormattableString)$"<circle class=\"i\" cx=\"{x + Mark / 2}\" cy=\"{y + Mark / 2}\" r=\"3\"/>",
    });

    private void Text(int x, int y, string style, string text) => Add($"<text class=\"{style}\" x=\"{x}\" y=\"{y}\">{SecurityElement.Escape(ForeignText.Line(text))}</text>");

    private void Add(FormattableString element) => _svg.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Short(string text, int most) => text.Length <= most ? text : $"{text[..(most - 1)]}…";
}
