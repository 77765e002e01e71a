namespace Drafthorse.Harness.Threads;

/// <summary>One atomic write of a run: journal, inbox, outbox and facts together, or nothing.</summary>
public sealed record CommitRequest
{
    /// <summary>The run's lease; refused with <see cref="LeaseLostException"/> when a newer token exists or the lease was taken.</summary>
    public required Lease Lease { get; init; }

    /// <summary>Counts the commits of this lease's token from 1. The last number again changes nothing (its answer was lost);
    /// any other than the next one is refused.</summary>
    public required long Sequence { get; init; }

    /// <summary>Events to append. A reply, verification, push or end of the run is progress and sets
    /// <see cref="ThreadRecord.Takeovers"/> back; a run that only says that it began is not.</summary>
    public IReadOnlyList<JournalEvent> Events { get; init; } = [];

    /// <summary>Inbox messages that this commit consumes: exactly these positions. Empty = none. One that was withdrawn, cancelled or
    /// edited since it was read counts as consumed before that; one that was consumed is refused with
    /// <see cref="InvalidOperationException"/>.</summary>
    public IReadOnlyList<long> Consumed { get; init; } = [];

    /// <summary>Effects outside to carry out.</summary>
    public IReadOnlyList<OutboxRequest> Outbox { get; init; } = [];

    /// <summary>The thread's new facts; null leaves them.</summary>
    public ThreadFacts? Facts { get; init; }
}

/// <summary>Ends a run.</summary>
public sealed record ReleaseRequest
{
    /// <summary>The run's lease.</summary>
    public required Lease Lease { get; init; }

    /// <summary>The thread's state when its inbox is empty; with messages left it becomes <see cref="ThreadStatus.Queued"/>
    /// and ready at once. <see cref="ThreadStatus.Queued"/> makes it ready in any case (the work is to go on elsewhere);
    /// <see cref="ThreadStatus.Parked"/> holds whatever the inbox has, unless a message came after the claim.</summary>
    public required ThreadStatus State { get; init; }

    /// <summary>Wake the thread at this time even without a message; null = not.</summary>
    public DateTimeOffset? WakeAt { get; init; }
}

/// <summary>A message as it lies in the inbox.</summary>
/// <param name="Position">Rises with every message of the thread.</param>
/// <param name="EnqueuedAt">When it was accepted.</param>
/// <param name="Message">The message.</param>
public sealed record InboxEntry(long Position, DateTimeOffset EnqueuedAt, InboxMessage Message);

/// <summary>Another owner holds a newer token, or the lease ran out and was taken: the run must stop and write nothing more.</summary>
public sealed class LeaseLostException(ThreadId threadId, long token)
    : Exception($"Thread {threadId} is no longer owned with fencing token {token}: another owner took it over. Nothing was written.")
{
    /// <summary>The thread.</summary>
    public ThreadId ThreadId { get; } = threadId;

    /// <summary>The token that was refused.</summary>
    public long Token { get; } = token;
}
