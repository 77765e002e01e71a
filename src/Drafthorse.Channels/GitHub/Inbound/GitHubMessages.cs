using System.Security.Cryptography;
using System.Text;
using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>
/// Turns a delivery whose sender may trigger into a message. What that person wrote is the instruction; what anybody else wrote is
/// quoted material.
/// </summary>
internal sealed class GitHubMessages(GitHubApi api, TriggerPermission permission, string mention)
{
    private const int MaxTextLength = 65_536;
    private const int MaxMaterialLength = 20_000;
    private const int MaxQuotedComments = 30;

    /// <summary>
    /// The message of an issue. It depends on the issue alone, not on who labelled or assigned it, so that the several deliveries of one
    /// act are one message: the author's words when the author may instruct, else a fixed sentence and the issue as material.
    /// </summary>
    public async Task<InboxMessage> OfIssueAsync(GitHubIntake intake, CancellationToken cancellationToken)
    {
        var issue = intake.Delivery.Issue!;
        var text = IssueText(issue);
        var mayInstruct = await permission.MayTriggerAsync(intake.Delivery.Repository!, issue.User, cancellationToken).ConfigureAwait(false);
        return new InboxMessage
        {
            Id = GitHubMessageId.OfIssue(issue.Id),
            Version = Version(issue.UpdatedAt, intake.ReceivedAt),
            Sender = SenderOf(intake),
            Text = mayInstruct
                ? text
                : $"Work on issue #{issue.Number} (revision {Revision(text)}). Its author may not give instructions here, so it is quoted as material.",
            Plan = mayInstruct && Command.Parse(Mention.TextAfter(issue.Body, mention) ?? "") is Command.Plan,
            Material = mayInstruct ? null : [new QuotedMaterial($"issue #{issue.Number}", NameOf(issue.User), text)],
        };
    }

    /// <summary>The message of a comment. The first one of a thread brings the issue and the comments before it along, as material.</summary>
    public async Task<InboxMessage> OfCommentAsync(GitHubIntake intake, string text, string? model, bool isFirst, CancellationToken cancellationToken)
    {
        var comment = intake.Delivery.Comment!;
        return new InboxMessage
        {
            Id = GitHubMessageId.OfComment(intake.Delivery.Issue!.Number, comment.Id),
            Version = Version(comment.UpdatedAt, intake.ReceivedAt),
            Sender = SenderOf(intake),
            Text = Cut(VisibleText.Of(text), MaxTextLength),
            Model = model,
            Material = isFirst ? await MaterialAsync(intake.Delivery, cancellationToken).ConfigureAwait(false) : null,
        };
    }

    /// <summary>The sender as threads name people.</summary>
    public static string SenderOf(GitHubIntake intake) => $"github:{intake.Delivery.Sender!.Login}";

    /// <summary>GitHub's times have whole seconds: of two edits in one second, the one that came later is newer.</summary>
    public static long Version(DateTimeOffset? updatedAt, DateTimeOffset receivedAt)
    {
        var updated = updatedAt ?? receivedAt;
        var late = (long)Math.Clamp((receivedAt - updated).TotalMilliseconds, 0, (1 << 20) - 1);
        return (updated.ToUnixTimeSeconds() << 20) | late;
    }

    private async Task<IReadOnlyList<QuotedMaterial>> MaterialAsync(GitHubDelivery delivery, CancellationToken cancellationToken)
    {
        var (issue, trigger) = (delivery.Issue!, delivery.Comment!);
        var kind = issue.PullRequest is null ? "issue" : "pull request";
        var material = new List<QuotedMaterial> { new($"{kind} #{issue.Number}", NameOf(issue.User), Cut(IssueText(issue), MaxMaterialLength)) };
        var repo = new Repo(delivery.Repository!.Owner!.Login!, delivery.Repository.Name!);
        var comments = await api.ListCommentsAsync(repo, issue.Number, null, cancellationToken).ConfigureAwait(false);
        material.AddRange(comments
            .Where(comment => comment.Id < trigger.Id && comment.Body?.Contains(Markers.Start, StringComparison.Ordinal) is false)
            .TakeLast(MaxQuotedComments)
            .Select(comment => new QuotedMaterial("earlier comment", comment.User?.Login ?? "ghost", Cut(VisibleText.Of(comment.Body!), MaxMaterialLength))));
        return material;
    }

    private static string IssueText(IssuePart issue) =>
        Cut($"# {VisibleText.Of(issue.Title ?? "")}\n\n{VisibleText.Of(issue.Body ?? "")}".Trim(), MaxTextLength);

    private static string Revision(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    private static string NameOf(AccountPart? account) => account?.Login is { Length: > 0 } login ? login : "ghost";

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length] + "\n[cut]";
}
