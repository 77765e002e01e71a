using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Outbound;

/// <summary>
/// The text of a draft: a report by code, the issue it closes, and the repository's template with the model's summary in it. Report and
/// summary stand between markers, so that an update replaces them and leaves alone what people wrote around them. The report comes first:
/// nothing that a model or a template writes can hide it or be taken for it.
/// </summary>
internal static partial class DraftBody
{
    private const string SummaryRegion = "summary";
    private const string ReportRegion = "report";

    public static string Create(ThreadRecord thread, DraftEffect draft, string? template)
    {
        var summary = Region(SummaryRegion, Summary(draft));
        var text = new StringBuilder();
        text.Append(Markers.Draft(thread.Id)).Append('\n').Append(Region(ReportRegion, Report(thread, draft)));
        if (LinkOf(thread) is { } link)
            text.Append("\n\n").Append(link);
        text.Append("\n\n").Append(template is null ? summary : Fill(Markers.Without(template), summary));
        return text.ToString();
    }

    /// <summary>The body with fresh regions; one that a person removed stays removed.</summary>
    public static string Update(string body, ThreadRecord thread, DraftEffect draft) =>
        Replace(Replace(ReportFirst(body), SummaryRegion, Summary(draft)), ReportRegion, Report(thread, draft));

    private static string Summary(DraftEffect draft) => SafeMarkdown.Of(draft.Summary, 30_000) is { Length: > 0 } summary
        ? $"*In the model's own words; what code checked stands in the report.*\n\n{ReportHeading().Replace(summary, "$1The model's own: ")}"
        : "(The model wrote no summary.)";

    /// <summary>A report that stands behind the summary could be hidden by it: earlier versions put it there.</summary>
    private static string ReportFirst(string body)
    {
        var (open, close) = (Markers.RegionStart(ReportRegion), Markers.RegionEnd(ReportRegion));
        var summary = body.IndexOf(Markers.RegionStart(SummaryRegion), StringComparison.Ordinal);
        var start = body.IndexOf(open, StringComparison.Ordinal);
        var end = start < 0 ? -1 : body.IndexOf(close, start, StringComparison.Ordinal);
        if (summary < 0 || end < 0 || start < summary)
            return body;
        var rest = $"{body[..start].TrimEnd()}\n{body[(end + close.Length)..]}".TrimEnd();
        var line = rest.StartsWith(Markers.Start, StringComparison.Ordinal) ? rest.IndexOf('\n', StringComparison.Ordinal) + 1 : 0;
        return $"{rest[..line]}{open}\n{close}\n\n{rest[line..]}";
    }

    private static string Report(ThreadRecord thread, DraftEffect draft)
    {
        var text = new StringBuilder("### Verification\n\n");
        AppendVerify(text, draft);
        AppendPlan(text, draft);
        text.Append("\n\n---\n<sub>");
        if (CommentWords.Requester(thread) is { } login)
            text.Append("Asked for by @").Append(login).Append(" · ");
        if (SafeMarkdown.Line(draft.Model, 100) is { Length: > 0 } model)
            text.Append(model).Append(" · ");
        text.Append(CommentWords.Cost(draft.CostUsd, draft.UnpricedTokens));
        if (draft.Commit.Length >= 12 && draft.Commit.All(char.IsAsciiHexDigit))
            text.Append(" · ").Append(draft.Commit[..12]);
        return text.Append("</sub>").ToString();
    }

    private static void AppendVerify(StringBuilder text, DraftEffect draft)
    {
        if (draft.Verify.Count == 0)
        {
            text.Append("The repository names no `verify` commands; nothing was checked.");
            return;
        }

        text.Append("| command | result | time |\n|---|---|---|");
        foreach (var result in draft.Verify.Take(50))
        {
            var outcome = result.ExitCode switch { 0 => "passed", null => "**did not end**", var code => $"**failed** (exit {code})" };
            text.Append(CultureInfo.InvariantCulture, $"\n| {SafeMarkdown.Cell(result.Command, 300)} | {outcome} | {result.DurationMs / 1000:0.0} s |");
        }

        foreach (var failed in draft.Verify.Where(result => result.ExitCode != 0 && result.OutputTail.Length > 0).Take(3))
            text.Append("\n\n").Append(SafeMarkdown.Block(Tail(failed.OutputTail), 3_000));
    }

    /// <summary>What of the plan was done and what was not, by the agent's own to-do list.</summary>
    private static void AppendPlan(StringBuilder text, DraftEffect draft)
    {
        if (draft.Plan.Count == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\n\n### Plan\n\n{draft.Plan.Count(step => step.IsDone)} of {draft.Plan.Count} steps are done by the agent's to-do list{(draft.PlanApprovedBy is { } by ? $"; approved by {SafeMarkdown.Line(by, 100)}" : "")}.\n");
        foreach (var step in draft.Plan)
            text.Append(step.IsDone ? "\n- [x] " : "\n- [ ] **not done:** ").Append(SafeMarkdown.Line(step.Text, 300));
    }

    private static string Tail(string output) => output.Length <= 2_900 ? output : output[^2_900..];

    /// <summary>What the draft is for: the issue it closes, or the pull request it adds to.</summary>
    private static string? LinkOf(ThreadRecord thread) => thread.Origin switch
    {
        { PullRequest: { IsFork: true } fork } => string.Create(CultureInfo.InvariantCulture, $"Takes up #{fork.Number}. Its branch is in a fork, so this draft holds its commits too."),
        { PullRequest: { } pull } => string.Create(CultureInfo.InvariantCulture, $"Stacked on #{pull.Number}: merging this adds to that pull request's branch."),
        { Channel: GitHubChannel.ChannelName, Number: { } number } when thread.Key.Contains(":issue:", StringComparison.Ordinal) => string.Create(CultureInfo.InvariantCulture, $"Fixes #{number}"),
        _ => null,
    };

    /// <summary>Puts the summary under the template's heading for it, else above the template.</summary>
    private static string Fill(string template, string summary)
    {
        var heading = SummaryHeading().Match(template);
        return heading.Success
            ? $"{template[..(heading.Index + heading.Length)].TrimEnd()}\n\n{summary}\n{template[(heading.Index + heading.Length)..]}".TrimEnd()
            : $"{summary}\n\n{template.Trim()}";
    }

    private static string Region(string name, string text) => $"{Markers.RegionStart(name)}\n{text}\n{Markers.RegionEnd(name)}";

    private static string Replace(string body, string region, string text)
    {
        var (open, close) = (Markers.RegionStart(region), Markers.RegionEnd(region));
        var start = body.IndexOf(open, StringComparison.Ordinal);
        var end = start < 0 ? -1 : body.IndexOf(close, start, StringComparison.Ordinal);
        return end < 0 ? body : body[..start] + Region(region, text) + body[(end + close.Length)..];
    }

    [GeneratedRegex(@"^([ \t>*+-]{0,20}(?:#{1,6}[ \t]+)?[*_]{0,3})(?=verification[ \t:#*_]*$)", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ReportHeading();

    [GeneratedRegex(@"^#{1,6}[ \t][^\n]*\b(?:summary|description|overview|what|changes)\b[^\n]*$",
        RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex SummaryHeading();
}
