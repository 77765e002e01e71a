using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>What a comment that answered is told; null words = it was taken, and a reaction says so.</summary>
internal sealed record CommentAnswer(string? Words);

/// <summary>Answers to approvals by comment.</summary>
internal sealed class ApprovalComments(GitHubApi api, ApprovalDesk desk, TriggerPermission permission)
{
    /// <summary>Takes the answer of a comment whose author may trigger. Null when nothing waits that these words could be about: they are then
    /// words for the model.</summary>
    public async Task<CommentAnswer?> TakeAsync(GitHubIntake intake, ThreadRecord thread, Command.Answer answer, OutboxRequest acknowledgement, CancellationToken cancellationToken)
    {
        var (delivery, comment) = (intake.Delivery, intake.Delivery.Comment!);
        var source = GitHubMessageId.OfComment(delivery.Issue!.Number, comment.Id);
        var all = thread.Facts.Approvals ?? [];
        List<Approval> open = [.. all.Where(approval => approval.State == ApprovalState.Open && approval.Kind != ApprovalKinds.Question)];
        if (open.Count == 0 && answer.Hash is null && all.All(approval => approval.Source != source) && (answer.Words.Length > 0 || all.Any(approval => approval is { State: ApprovalState.Open })))
            return null;
        if (delivery.Action == "edited")
            return open.Count == 0 && answer.Hash is null ? null : new CommentAnswer("An edited comment answers nothing: write a new one.");
        if (delivery.Issue.State == "closed")
            return new CommentAnswer("This is closed, so nothing goes on here. Reopen it, then answer.");
        if (answer is { Approves: true, Words.Length: > 0 })
        {
            return new CommentAnswer(
                $"Words behind `approve` are no condition that code could hold, so nothing was approved. {(open.Count == 0 ? "Nothing waits for an approval here." : $"Write `approve {open[^1].ShortHash}` alone, or `reject {open[^1].ShortHash}` and what to change.")}");
        }

        var sender = delivery.Sender!;
        var repo = new Repo(delivery.Repository!.Owner!.Login!, delivery.Repository.Name!);
        var result = await desk.AnswerAsync(
            thread.Id,
            new GivenAnswer
            {
                Approves = answer.Approves,
                Names = answer.Hash,
                Reason = answer.Words,
                Source = source,
                WhyNotShownAsync = (approval, token) => WhyNotShownAsync(repo, thread, approval, delivery, token),
                Outbox = [acknowledgement],
            },
            new Answerer
            {
                Name = GitHubMessages.SenderOf(intake),
                IsPerson = sender.Type == "User",
                Via = "github",
                FindRoleAsync = (asked, token) => permission.FindRoleAsync(repo, sender.Login!, sender.Id, asked, token),
            },
            cancellationToken).ConfigureAwait(false);
        return new CommentAnswer(result.Outcome == AnswerOutcome.Taken ? null : SafeMarkdown.Of(result.Words, 2_000));
    }

    /// <summary>A bare answer is about what its author read: our comment with the text must have been there before, and nobody may have changed it.</summary>
    private async Task<string?> WhyNotShownAsync(Repo repo, ThreadRecord thread, Approval approval, GitHubDelivery delivery, CancellationToken cancellationToken)
    {
        var comment = delivery.Comment!;
        var marker = Markers.Reply(thread.Id, approval.Run);
        var self = await api.Tokens.GetSelfAsync(cancellationToken).ConfigureAwait(false);
        var posted = await api.ListCommentsAsync(repo, delivery.Issue!.Number, thread.CreatedAt.AddHours(-1), cancellationToken).ConfigureAwait(false);
        var shown = posted.FirstOrDefault(other => other.Id < comment.Id && other.Body?.StartsWith(marker, StringComparison.Ordinal) is true && Accounts.AreSame(other.User, self));
        return shown is null || !shown.Body!.Contains($"`{approval.ShortHash}`:**\n\n```", StringComparison.Ordinal) ? "It was not shown in this conversation before that comment, so a bare answer does not count."
            : shown.UpdatedAt != shown.CreatedAt ? "The comment that showed it was edited since, so a bare answer does not count."
            : comment.CreatedAt is { } said && shown.CreatedAt > said ? "It was shown after that comment was written, so a bare answer does not count."
            : null;
    }
}
