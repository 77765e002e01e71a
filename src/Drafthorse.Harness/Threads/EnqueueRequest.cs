namespace Drafthorse.Harness.Threads;

/// <summary>Everything that one accepted delivery changes, in one atomic and flushed step.</summary>
public sealed record EnqueueRequest
{
    /// <summary>The thread key; the thread is made when it does not exist.</summary>
    public required string ThreadKey { get; init; }

    /// <summary>Used when the thread is made. Later only the repository's new name and address are taken from it, when it is the same one by its
    /// number (<see cref="RepositoryRef.NumericId"/>).</summary>
    public required ThreadOrigin Origin { get; init; }

    /// <summary>The channel's id of this delivery: one that this thread knows changes nothing. Remembered for 30 days.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>The message. A known <see cref="InboxMessage.Id"/> with the same text changes nothing, whatever its version;
    /// a newer version with another text replaces the unconsumed message, or is added when the old one was consumed. Null: only
    /// the delivery and <see cref="Outbox"/> are written, nothing becomes ready, and a thread that never had a message is not listed
    /// (a channel's intake, see docs/decisions/0003-github-intake.md).</summary>
    public required InboxMessage? Message { get; init; }

    /// <summary>The thread is not claimed for this message before this time; null = at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Whether a thread that exists must be of the repository that <see cref="Origin"/> names (one that names none fits any);
    /// otherwise nothing is written (<see cref="EnqueueOutcome.OtherRepository"/>).</summary>
    public bool MustBeSameRepository { get; init; }

    /// <summary>Effects outside that belong to the acceptance (the acknowledgement); added only when the message was, or, without
    /// one, when the delivery is new.</summary>
    public IReadOnlyList<OutboxRequest> Outbox { get; init; } = [];
}

/// <summary>What <see cref="IThreadStore.EnqueueAsync"/> did.</summary>
/// <param name="Outcome">Whether the message was added, replaced an unconsumed one, or was known.</param>
/// <param name="ThreadId">The thread.</param>
/// <param name="InboxPosition">The message's position in the inbox (positions only rise); the known one's for a duplicate; -1 without a message.</param>
public sealed record EnqueueResult(EnqueueOutcome Outcome, ThreadId ThreadId, long InboxPosition);

/// <summary>What became of a delivery.</summary>
public enum EnqueueOutcome
{
    /// <summary>A new message is in the inbox, or a new delivery without a message was written.</summary>
    Added,

    /// <summary>The text of an unconsumed message was replaced by a newer edit, which has a position of its own: a run that had read
    /// the older text takes that one, and the edit after it.</summary>
    Replaced,

    /// <summary>The delivery or the message was known; nothing changed.</summary>
    Duplicate,

    /// <summary>The thread is of another repository; nothing changed.</summary>
    OtherRepository,
}
