using Drafthorse.Channels.GitHub.Api;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub;

/// <summary>One outbox entry while it is carried out: asks whether it is still ours right before each write.</summary>
internal sealed class GitHubEffect(OutboxEntry entry, Repo repo, Func<CancellationToken, Task<bool>> stillHeld)
{
    public OutboxEntry Entry => entry;

    public ThreadRecord Thread => entry.Thread;

    public Repo Repo => repo;

    /// <summary>Whether the effect may be there already.</summary>
    public bool MayBeDone => entry.Attempts > 0;

    /// <summary>The conversation the thread belongs to. Throws when it has none.</summary>
    public int Conversation => entry.Thread.Origin.Number
        ?? throw new EffectException($"Thread {entry.Thread.Id} belongs to no issue or pull request on GitHub.", false);

    /// <summary>Whether no other dispatcher took the entry over.</summary>
    public Task<bool> IsHeldAsync(CancellationToken cancellationToken) => stillHeld(cancellationToken);

    /// <summary>Throws when another dispatcher took the entry over: nothing may be written then.</summary>
    public async Task EnsureHeldAsync(CancellationToken cancellationToken)
    {
        if (!await stillHeld(cancellationToken).ConfigureAwait(false))
            throw new EffectException("Another dispatcher took this effect over.", true);
    }
}
