using System.Text.Json;
using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>
/// Works off what the webhook accepted: asks who the sender is, and makes a message of it, obeys a command, or refuses with one
/// reaction and no word. Everything here may happen twice and then changes nothing.
/// </summary>
internal sealed class Intake(
    GitHubApi api, GitHubOptions options, IThreadStore store, TriggerPermission permission, StrangerLimit strangers, Comments comments, ApprovalComments answers,
    Func<string, string?> whyNotModel, Func<ThreadRecord, CancellationToken, Task<string?>> whyQueued)
{
    private const string Seen = "eyes";
    private const string Refused = "confused";
    private static readonly TimeSpan OneAct = TimeSpan.FromSeconds(10);

    private readonly Conversations _conversations = new(api, options, store);
    private readonly GitHubMessages _messages = new(api, permission, options.Mention);
    private readonly ForkRule _forks = new(options, permission);

    public async Task<EffectResult> PerformAsync(GitHubEffect effect, CancellationToken cancellationToken)
    {
        var intake = JsonSerializer.Deserialize(effect.Entry.Payload, GitHubDeliveryJson.Default.GitHubIntake)!;
        var delivery = intake.Delivery;
        if (strangers.Exceeds(delivery.Repository!.Id, delivery.Sender!.Id))
            return new EffectResult("ignored: called too often without write access");
        var conversation = await _conversations.FindAsync(delivery, cancellationToken).ConfigureAwait(false);
        if (IsWithdrawal(delivery))
            return await WithdrawAsync(conversation, delivery, cancellationToken).ConfigureAwait(false);
        if (!await IsForUsAsync(delivery, cancellationToken).ConfigureAwait(false))
            return new EffectResult("ignored: somebody else was assigned");
        if (!await permission.MayTriggerAsync(delivery.Repository!, delivery.Sender, cancellationToken).ConfigureAwait(false))
            return await RefuseAsync(effect, delivery, cancellationToken).ConfigureAwait(false);

        return delivery.Comment is null
            ? await TakeIssueAsync(intake, conversation, cancellationToken).ConfigureAwait(false)
            : await TakeCommentAsync(effect, intake, conversation, cancellationToken).ConfigureAwait(false);
    }

    private async Task<EffectResult> TakeIssueAsync(GitHubIntake intake, Conversation conversation, CancellationToken cancellationToken)
    {
        var message = await _messages.OfIssueAsync(intake, cancellationToken).ConfigureAwait(false);
        var origin = KnownOrigin(intake, conversation) ?? Origin(intake, null);
        var result = await EnqueueAsync(intake, conversation.Key, origin, message, cancellationToken).ConfigureAwait(false);
        if (result.Outcome is not EnqueueOutcome.Duplicate || !AsksAgain(intake, conversation.Thread))
            return new EffectResult($"message {result.Outcome.ToString().ToLowerInvariant()}");

        var again = message with { Id = $"{message.Id}:again:{intake.DeliveryId}", Text = $"Work on this once more.\n\n{message.Text}" };
        result = await EnqueueAsync(intake, conversation.Key, origin, again, cancellationToken, ":again").ConfigureAwait(false);
        return new EffectResult($"asked for again: message {result.Outcome.ToString().ToLowerInvariant()}");
    }

    private async Task<EffectResult> TakeCommentAsync(GitHubEffect effect, GitHubIntake intake, Conversation conversation, CancellationToken cancellationToken)
    {
        var text = intake.Delivery.Comment!.Body!;
        var command = Command.Parse(Mention.TextAfter(text, options.Mention) ?? "");
        switch (command)
        {
            case Command.Stop:
                return await StopAsync(effect, intake, conversation, cancellationToken).ConfigureAwait(false);
            case Command.Status:
                return await AnswerAsync(effect, intake, await StatusWordsAsync(conversation.Thread, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            case Command.Unavailable unavailable:
                return await AnswerAsync(effect, intake, $"`{unavailable.Name}` is not available yet. Plain words, `stop`, `status`, `plan`, `approve`, `reject` and `model SPEC` are.", cancellationToken).ConfigureAwait(false);
            case Command.Model chosen when whyNotModel(chosen.Spec) is { } reason:
                return await AnswerAsync(effect, intake, $"Nothing was started: {SafeMarkdown.Line(reason, 300)}", cancellationToken).ConfigureAwait(false);
            case Command.Answer answer when conversation.Thread is { } asked
                && await answers.TakeAsync(intake, asked, answer, Acknowledgement.ToOutbox(intake.Delivery, Seen), cancellationToken).ConfigureAwait(false) is { } taken:
                return taken.Words is null ? new EffectResult("answer taken") : await AnswerAsync(effect, intake, taken.Words, cancellationToken).ConfigureAwait(false);
            default:
                var model = command as Command.Model;
                var origin = KnownOrigin(intake, conversation);
                if (origin is null)
                {
                    var pull = await FindPullRequestAsync(intake, cancellationToken).ConfigureAwait(false);
                    origin = Origin(intake, pull);
                    var words = model?.Rest ?? Mention.TextAfter(text, options.Mention) ?? "";
                    if (origin.PullRequest is { IsFork: true } && await _forks.WhyNotAsync(intake, pull!, words, cancellationToken).ConfigureAwait(false) is { } whyNot)
                        return await AnswerAsync(effect, intake, whyNot, cancellationToken).ConfigureAwait(false);
                }

                var instruction = command is Command.Plan plan ? plan.Rest.Length > 0 ? plan.Rest : "Make a plan first."
                    : model is null ? text : model.Rest.Length > 0 ? model.Rest : $"Go on with the model {model.Spec}.";
                var message = await _messages.OfCommentAsync(intake, instruction, model?.Spec, conversation.Thread is null, cancellationToken).ConfigureAwait(false) with { Plan = command is Command.Plan };
                var result = await EnqueueAsync(intake, conversation.Key, origin, message, cancellationToken).ConfigureAwait(false);
                return new EffectResult($"message {result.Outcome.ToString().ToLowerInvariant()}");
        }
    }

    private async Task<EnqueueResult> EnqueueAsync(
        GitHubIntake intake, string key, ThreadOrigin origin, InboxMessage message, CancellationToken cancellationToken, string suffix = "") =>
        await store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = key,
                Origin = origin,
                DeliveryId = $"github:{intake.DeliveryId}:checked{suffix}",
                Message = message,
                Outbox = [Acknowledgement.ToOutbox(intake.Delivery, Seen)],
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>A thread's origin, with its repository's name as it is now.</summary>
    private ThreadOrigin? KnownOrigin(GitHubIntake intake, Conversation conversation) => conversation.Thread is { } known
        ? known.Origin with { Repository = GitHubRepositories.Of(options, intake.Delivery.Repository!) }
        : null;

    private ThreadOrigin Origin(GitHubIntake intake, PullRequest? pull)
    {
        var (repository, issue) = (intake.Delivery.Repository!, intake.Delivery.Issue!);
        return new ThreadOrigin
        {
            Channel = GitHubChannel.ChannelName,
            User = GitHubMessages.SenderOf(intake),
            Repository = GitHubRepositories.Of(options, repository),
            Title = SafeMarkdown.Line(issue.Title, 200),
            PullRequest = pull is not { Head: { } head, Base: { } target } ? null : new PullRequestOrigin
            {
                Number = issue.Number,
                HeadBranch = head.Ref,
                BaseBranch = target.Ref,
                IsFork = head.Repo?.Id != repository.Id,
                HeadCommit = head.Repo?.Id != repository.Id ? head.Sha : null,
            },
            Number = issue.Number,
            ChannelData = new GitHubRequester { Id = intake.Delivery.Sender!.Id, Login = intake.Delivery.Sender.Login! }.ToJson(),
        };
    }

    /// <summary>The person's pull request, as GitHub has it now: a comment's payload does not name its branches.</summary>
    private async Task<PullRequest?> FindPullRequestAsync(GitHubIntake intake, CancellationToken cancellationToken)
    {
        var (repository, issue) = (intake.Delivery.Repository!, intake.Delivery.Issue!);
        return issue.PullRequest is null ? null
            : await api.FindPullRequestAsync(new Repo(repository.Owner!.Login!, repository.Name!), issue.Number, cancellationToken).ConfigureAwait(false);
    }

    private async Task<EffectResult> StopAsync(GitHubEffect effect, GitHubIntake intake, Conversation conversation, CancellationToken cancellationToken)
    {
        if (conversation.Thread is { State: ThreadStatus.Queued or ThreadStatus.Running or ThreadStatus.Waiting })
        {
            // The message fixes the place in the inbox up to which is cancelled, and goes with it.
            var stop = await store.EnqueueAsync(
                new EnqueueRequest
                {
                    ThreadKey = conversation.Key,
                    Origin = conversation.Thread.Origin,
                    DeliveryId = $"github:{intake.DeliveryId}:checked",
                    Message = await _messages.OfCommentAsync(intake, "stop", null, false, cancellationToken).ConfigureAwait(false),
                    NotBefore = intake.ReceivedAt.AddMinutes(5),
                },
                cancellationToken).ConfigureAwait(false);
            if (await store.CancelAsync(conversation.Id, stop.InboxPosition, [Acknowledgement.ToOutbox(intake.Delivery, Seen)], cancellationToken).ConfigureAwait(false))
                return new EffectResult("stopped");
        }
        else if (effect.MayBeDone && conversation.Thread is { State: ThreadStatus.Cancelled })
        {
            return new EffectResult("stopped before");
        }

        return await AnswerAsync(effect, intake, "Nothing is under way here.", cancellationToken).ConfigureAwait(false);
    }

    private async Task<EffectResult> AnswerAsync(GitHubEffect effect, GitHubIntake intake, string text, CancellationToken cancellationToken)
    {
        var (number, comment) = (intake.Delivery.Issue!.Number, intake.Delivery.Comment!.Id);
        return new EffectResult(await comments.PostOnceAsync(effect, number, Markers.Answer(comment), text, cancellationToken).ConfigureAwait(false));
    }

    private async Task<string> StatusWordsAsync(ThreadRecord? thread, CancellationToken cancellationToken)
    {
        if (thread is null)
            return "Nothing was started here yet.";
        var activity = await whyQueued(thread, cancellationToken).ConfigureAwait(false) is { } reason ? $"Waits for {reason}"
            : thread.State == ThreadStatus.Waiting && ApprovalList.Open(thread.Facts) is { Count: > 0 } open ? $"Waits for {ApprovalDesk.HowTo(open)}" : "";
        var todos = await store.ReadTodosAsync(thread, cancellationToken).ConfigureAwait(false);
        return CommentWords.Status(thread, new StatusEffect { State = thread.State, Activity = activity, Step = thread.Facts.Steps, CostUsd = thread.Facts.CostUsd, UnpricedTokens = thread.Facts.UnpricedTokens, Todos = todos }, options.PublicUrl);
    }

    private async Task<EffectResult> WithdrawAsync(Conversation conversation, GitHubDelivery delivery, CancellationToken cancellationToken)
    {
        var id = delivery.Comment is { } comment ? GitHubMessageId.OfComment(delivery.Issue!.Number, comment.Id) : GitHubMessageId.OfIssue(delivery.Issue!.Id);
        var withdrawn = await store.WithdrawAsync(conversation.Id, id, cancellationToken).ConfigureAwait(false);
        return new EffectResult(withdrawn ? "withdrawn" : "nothing to withdraw");
    }

    private async Task<EffectResult> RefuseAsync(GitHubEffect effect, GitHubDelivery delivery, CancellationToken cancellationToken)
    {
        if (!strangers.Take(delivery.Repository!.Id, delivery.Sender!.Id))
            return new EffectResult("refused without a reaction: too many people without write access called");
        await effect.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await Acknowledgement.ReactAsync(api, effect.Repo, Acknowledgement.TargetOf(delivery), Refused, cancellationToken).ConfigureAwait(false);
        return new EffectResult($"refused: {delivery.Sender!.Login} has no write access");
    }

    /// <summary>Deleted, or edited so that it calls nobody any more.</summary>
    private bool IsWithdrawal(GitHubDelivery delivery) => delivery.Action is "deleted"
        || (delivery.Action is "edited" && delivery.Comment is { } comment && Mention.TextAfter(comment.Body, options.Mention) is null);

    /// <summary>An issue that neither mentions nor labels the agent is for it only when it is assigned to it.</summary>
    private async Task<bool> IsForUsAsync(GitHubDelivery delivery, CancellationToken cancellationToken)
    {
        var issue = delivery.Issue!;
        if (delivery.Comment is not null || delivery.Action is "labeled")
            return true;
        var called = Mention.TextAfter(issue.Title, options.Mention) is not null
            || Mention.TextAfter(issue.Body, options.Mention) is not null
            || issue.Labels?.Any(label => options.Label.Equals(label?.Name, StringComparison.OrdinalIgnoreCase)) is true;
        if (called && delivery.Action is not "assigned")
            return true;

        var self = await api.Tokens.GetSelfAsync(cancellationToken).ConfigureAwait(false);
        var assignees = delivery.Action is "assigned" ? [delivery.Assignee] : issue.Assignees ?? [];
        return assignees.Any(assignee => assignee?.Login is { } login && Accounts.AreSame(new Account { Id = assignee.Id, Login = login }, self));
    }

    /// <summary>A label or assignment that comes after the work on this issue has ended, and not in one act with what began it.</summary>
    private static bool AsksAgain(GitHubIntake intake, ThreadRecord? thread) =>
        intake.Delivery.Action is "labeled" or "assigned"
        && thread is { State: not (ThreadStatus.Queued or ThreadStatus.Running) }
        && intake.ReceivedAt > thread.UpdatedAt
        && intake.ReceivedAt > thread.CreatedAt + OneAct;
}
