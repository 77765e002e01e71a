using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Outbound;

/// <summary>The reply at the end of a run: one new comment, where the person wrote last.</summary>
internal sealed class Replies(Comments comments, Uri server, IThreadStore store)
{
    private const int MostWaits = 5;
    private const int JournalTail = 32;
    private static readonly TimeSpan DraftWait = TimeSpan.FromSeconds(3);

    public async Task<EffectResult> PostAsync(GitHubEffect effect, ReplyEffect reply, CancellationToken cancellationToken)
    {
        var notes = await DraftNotesAsync(effect, cancellationToken).ConfigureAwait(false);
        var number = GitHubMessageId.ConversationOf(reply.InReplyTo) ?? effect.Conversation;
        var marker = Markers.Reply(effect.Thread.Id, reply.Run);
        return new EffectResult(await comments.PostOnceAsync(effect, number, marker, CommentWords.Reply(effect.Thread, reply, notes), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>When a branch was pushed and no pull request came of it, people are told why and where the branch is.</summary>
    private async Task<IReadOnlyList<string>> DraftNotesAsync(GitHubEffect effect, CancellationToken cancellationToken)
    {
        var thread = effect.Thread;
        if (thread is not { PullRequest: null, Facts: { PushedCommit: not null, IsPersonsBranch: false, Branch: { } branch, BaseBranch: { } target }, Origin.Repository: { } repository })
            return [];

        var compare = $"The work is on the branch `{branch}`: {CommentWords.CompareLink(server, repository, target, branch)}";
        if (await WhyRefusedAsync(thread, cancellationToken).ConfigureAwait(false) is { } reason)
            return [$"The draft pull request could not be opened: {SafeMarkdown.Line(reason, 500)}", compare];
        if (effect.Entry.Attempts < MostWaits && await store.CountOutboxAsync(thread.Id, cancellationToken).ConfigureAwait(false) > 1)
            throw new EffectException("The reply waits for the draft that it will name.", true, DraftWait) { IsTurn = true };
        return [compare];
    }

    private async Task<string?> WhyRefusedAsync(ThreadRecord thread, CancellationToken cancellationToken)
    {
        var tail = await store.ReadJournalAsync(thread.Id, Math.Max(0, thread.JournalLength - JournalTail), 2 * JournalTail, cancellationToken).ConfigureAwait(false);
        var draft = tail.Select(record => record.Event).OfType<EffectFinished>().LastOrDefault(finished => finished.Effect == Effects.Draft);
        return draft is { Succeeded: false } ? draft.Result : null;
    }
}
