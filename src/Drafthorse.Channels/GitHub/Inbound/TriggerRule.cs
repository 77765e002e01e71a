using Drafthorse.Channels.GitHub.Commenting;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>
/// Whether a delivery looks like somebody calling the agent, judged by the payload alone. Who that somebody is, and whether an
/// assignee is the agent itself, is for the intake.
/// </summary>
internal sealed class TriggerRule(GitHubOptions options)
{
    /// <summary>Null when the delivery goes to the intake, else why it is ignored.</summary>
    public string? WhyIgnored(string eventName, GitHubDelivery delivery) => eventName switch
    {
        "ping" => "pong",
        "issues" => WhyIssueIgnored(delivery),
        "issue_comment" => WhyCommentIgnored(delivery),
        _ => $"event '{Printable(eventName)}' is not one that Drafthorse acts on",
    };

    private string? WhyIssueIgnored(GitHubDelivery delivery)
    {
        var issue = delivery.Issue!;
        var calls = Mentions(issue.Title) || Mentions(issue.Body) || HasLabel(issue) || issue.Assignees is { Count: > 0 };
        return delivery.Action switch
        {
            "opened" or "deleted" => calls ? null : NotCalled,
            "edited" when delivery.Changes is not { Title: null, Body: null } => calls || MentionedBefore(delivery) ? null : NotCalled,
            "labeled" => IsOurs(delivery.Label) ? null : "another label",
            "assigned" => delivery.Assignee is null ? "nobody was assigned" : null,
            _ => $"issue action '{Printable(delivery.Action)}' starts nothing",
        };
    }

    private string? WhyCommentIgnored(GitHubDelivery delivery)
    {
        var comment = delivery.Comment!;
        if (comment.Body?.Contains(Markers.Start, StringComparison.Ordinal) is true)
            return "written by Drafthorse itself";
        if (delivery.Action is "edited" && comment.User?.Id != delivery.Sender?.Id)
            return "edited by somebody else than its author";
        return delivery.Action switch
        {
            "created" or "deleted" => Mentions(comment.Body) ? null : NotCalled,
            "edited" => Mentions(comment.Body) || MentionedBefore(delivery) ? null : NotCalled,
            _ => $"comment action '{Printable(delivery.Action)}' starts nothing",
        };
    }

    private string NotCalled => $"nobody called {options.Mention}";

    private bool Mentions(string? text) => Mention.TextAfter(text, options.Mention) is not null;

    private bool MentionedBefore(GitHubDelivery delivery) =>
        Mentions(delivery.Changes?.Body?.From) || Mentions(delivery.Changes?.Title?.From);

    private bool HasLabel(IssuePart issue) => issue.Labels?.Any(IsOurs) is true;

    private bool IsOurs(LabelPart? label) => options.Label.Equals(label?.Name, StringComparison.OrdinalIgnoreCase);

    private static string Printable(string? text) =>
        new((text ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-').Take(40).ToArray());
}
