using System.Text.Json;
using System.Text.RegularExpressions;

namespace Drafthorse.Tests.Docs;

/// <summary>What the documents, the dashboard and the alert rules say of metrics, held against the names in the code.</summary>
public sealed partial class MetricsListTests
{
    [Fact]
    public void Page_NamesEveryMetricOfTheCodeAndNoOther()
    {
        var listed = Row().Matches(RepositoryFiles.Read("docs/monitoring.md")).Select(match => match.Groups[1].Value);

        Assert.Equal(OfCode(), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void DashboardAndRules_UseMetricsThatThereAre()
    {
        var known = OfCode();
        using var dashboard = JsonDocument.Parse(RepositoryFiles.Read("deploy/monitoring/drafthorse-dashboard.json"));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!)
            .Append(RepositoryFiles.Read("deploy/monitoring/drafthorse-alerts.yml")).ToList();

        var used = expressions.SelectMany(text => Used().Matches(text)).Select(match => Suffix().Replace(match.Value, "")).Distinct().ToList();

        Assert.True(used.Count > 12, string.Join(' ', used));
        Assert.Empty(used.Except(known));
    }

    /// <summary>The names as Prometheus has them: a counter ends with <c>_total</c>, what is measured in seconds with <c>_seconds</c>.</summary>
    private static List<string> OfCode() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Instrument().Matches(File.ReadAllText(file)))
            .Select(match =>
            {
                var (kind, name) = (match.Groups["kind"].Value, match.Groups["name"].Value.Replace('.', '_'));
                return kind == "Counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? $"{name}_total"
                    : match.Groups["unit"].Value == "s" && !name.EndsWith("_seconds", StringComparison.Ordinal) ? $"{name}_seconds"
                    : name;
            }).Distinct().Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex("""Create(?<kind>Counter|Histogram|UpDownCounter|Gauge|ObservableGauge|ObservableCounter)(?:<\w+>)?\(\s*"(?<name>[a-z_.]+)"(?:,\s*"(?<unit>[^"]*)")?""")]
    private static partial Regex Instrument();

    [GeneratedRegex("^\\| `([a-z_]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("\\b(?:drafthorse|gen_ai_client)_[a-z_]+")]
    private static partial Regex Used();

    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex Suffix();
}
