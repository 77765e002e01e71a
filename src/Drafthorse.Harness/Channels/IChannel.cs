using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Channels;

/// <summary>
/// Where messages come from and answers go. A channel carries out the outbox entries of its threads; what comes in is its own
/// affair up to the <see cref="EnqueueRequest"/>.
/// </summary>
public interface IChannel
{
    /// <summary>The name, as in <see cref="ThreadOrigin.Channel"/>.</summary>
    string Name { get; }

    /// <summary>The code host whose drafts this channel opens (<see cref="RepositoryRef.Host"/>), or null.</summary>
    string? CodeHost { get; }

    /// <summary>
    /// Carries out one effect, idempotently: an effect that was started before is looked for by its marker first, and
    /// <paramref name="stillHeld"/> is asked right before every call that writes. Throws <see cref="EffectException"/> to say
    /// whether trying again can help.
    /// </summary>
    Task<EffectResult> PerformAsync(OutboxEntry entry, Func<CancellationToken, Task<bool>> stillHeld, CancellationToken cancellationToken);
}

/// <summary>What came of an effect: a URL or an id, and the pull request when there is one.</summary>
public sealed record EffectResult(string Result, PullRequestRef? PullRequest = null);

/// <summary>An effect did not happen.</summary>
public sealed class EffectException(string message, bool isTransient, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether the same call may go through later.</summary>
    public bool IsTransient { get; } = isTransient;

    /// <summary>When the other side asked to be called again, or null.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether nothing failed: the effect waits its turn, and comes then.</summary>
    public bool IsTurn { get; init; }
}
