using System.Xml.Linq;
using Drafthorse.Evaluation.Reports;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Runs;
using Drafthorse.Evaluation.Statistics;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Tests.Evaluation;

public sealed class ReportTests
{
    [Fact]
    public void Markdown_Report_HasRatesIntervalsAndTasks()
    {
        var text = MarkdownReport.Write(Report([("a", [RepetitionOutcome.Solved, RepetitionOutcome.Solved, RepetitionOutcome.Solved]), ("b", [RepetitionOutcome.Solved, RepetitionOutcome.Failed, RepetitionOutcome.Infrastructure])]));

        Assert.Contains("![Share of repetitions solved, and each repetition](chart.svg)", text, StringComparison.Ordinal);
        Assert.Contains("| ` recorded ` | 4 of 5 | 80 % | 37.6 to 96.4 % | 50 % | 100 % | unknown |", text, StringComparison.Ordinal);
        Assert.Contains("| a | Go | 3/3 |", text, StringComparison.Ordinal);
        Assert.Contains("| b | Go | 1/2 (+1 not run) |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_ForeignWords_StayInTheirCell()
    {
        var report = Report([("a", [RepetitionOutcome.Failed])], why: "x | y\n# heading `code` <img src=x> @somebody \u202e");

        var row = MarkdownReport.Write(report).Split('\n').Single(line => line.StartsWith("| a |", StringComparison.Ordinal));

        Assert.DoesNotContain("<img", row, StringComparison.Ordinal);
        Assert.DoesNotContain("@somebody", row, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', row);
        Assert.Contains("x \\| y # heading", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Chart_AnyLabel_IsWellFormedAndFitsItsWidth()
    {
        var report = Report([("a", [RepetitionOutcome.Solved, RepetitionOutcome.Failed, RepetitionOutcome.Infrastructure])], label: "<script>&\"'\u001b\ud800");

        var svg = XDocument.Parse(ChartSvg.Draw(report));

        Assert.Equal("860", svg.Root!.Attribute("width")!.Value);
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName == "script");
        Assert.Equal((3, 2, 2), (Count("s"), Count("f"), Count("i")));

        int Count(string style) => svg.Descendants().Count(element => (string?)element.Attribute("class") == style);
    }

    [Fact]
    public void Chart_ManyTasks_SaysThatThereAreMore() =>
        Assert.Contains("and 40 more tasks", ChartSvg.Draw(Report([.. Enumerable.Range(0, 100).Select(index => ($"t{index}", new[] { RepetitionOutcome.Solved }))])), StringComparison.Ordinal);

    [Fact]
    public void Comparison_OfTwo_PairsTheTasks()
    {
        var first = Report([("a", [RepetitionOutcome.Solved]), ("b", [RepetitionOutcome.Solved]), ("c", [RepetitionOutcome.Failed]), ("d", [RepetitionOutcome.Infrastructure])]).Variants[0];
        var second = Report([("a", [RepetitionOutcome.Failed]), ("b", [RepetitionOutcome.Solved]), ("c", [RepetitionOutcome.Failed]), ("d", [RepetitionOutcome.Solved])], label: "other").Variants[0];

        var compared = Comparison.Of(first, second);

        Assert.Equal(3, compared.Pairs.Count);
        Assert.Equal("a", Assert.Single(compared.FirstIsBetter).First.Task.Name);
        Assert.Equal("Of 3 tasks, recorded did better on 1, other on 0; exact sign test (McNemar) p = 1.000: not enough to say that they differ.", compared.Statement());
    }

    [Fact]
    public void Comparison_UnevenSplit_NamesTheBetterOne()
    {
        var tasks = Enumerable.Range(0, 8).Select(index => $"t{index}").ToList();
        var first = Report([.. tasks.Select(task => (task, new[] { RepetitionOutcome.Failed }))]).Variants[0];
        var second = Report([.. tasks.Select(task => (task, new[] { RepetitionOutcome.Solved }))], label: "other").Variants[0];

        Assert.EndsWith("p = 0.008: other is better, and so uneven a split would be rare if they were alike.", Comparison.Of(first, second).Statement(), StringComparison.Ordinal);
    }

    private static EvalReport Report((string Task, RepetitionOutcome[] Outcomes)[] tasks, string label = "recorded", string why = "the check failed") => new()
    {
        Suite = "suite",
        Repeat = tasks.Max(task => task.Outcomes.Length),
        Sandbox = "bubblewrap",
        IsIsolated = true,
        At = DateTimeOffset.UnixEpoch,
        Problems = [],
        Variants =
        [
            new VariantScore(Variant.Create(null, []) with { Label = label }, [.. tasks.Select(task => new TaskScore(
                new EvalTask { Name = task.Task, Prompt = "p", Language = "Go", Source = new TaskSource(TaskSourceKind.Folder, "x", null), Check = new TaskCheck("true", [], null), Digest = "" },
                [.. task.Outcomes.Select(outcome => new RepetitionResult { Outcome = outcome, Reason = outcome == RepetitionOutcome.Solved ? "" : why })]))]),
        ],
    };
}
