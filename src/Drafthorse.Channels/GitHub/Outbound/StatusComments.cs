using System.Collections.Concurrent;
using Drafthorse.Channels.GitHub.Commenting;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Outbound;

/// <summary>The one status comment of a thread: edited, not oftener than the interval says, but for the last word of a run.</summary>
internal sealed class StatusComments(Comments comments, GitHubOptions options, TimeProvider time)
{
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<ThreadId, DateTimeOffset> _written = [];

    public async Task<EffectResult> PutAsync(GitHubEffect effect, StatusEffect status, CancellationToken cancellationToken)
    {
        if (status.State is ThreadStatus.Queued && effect.Thread.State is not ThreadStatus.Queued)
            return new EffectResult("it has begun meanwhile");
        var ended = status.State is not (ThreadStatus.Queued or ThreadStatus.Running);
        if (!ended && _written.TryGetValue(effect.Thread.Id, out var last) && last + options.StatusInterval - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            throw new EffectException("The status was written a moment ago.", true, wait) { IsTurn = true };

        var page = await comments.PutAsync(
            effect, effect.Conversation, Markers.Status(effect.Thread.Id), CommentWords.Status(effect.Thread, status, options.PublicUrl), settle: ended, cancellationToken).ConfigureAwait(false);
        if (_written.Count >= MostRemembered)
            _written.Clear();
        _written[effect.Thread.Id] = time.GetUtcNow();
        return new EffectResult(page);
    }
}
