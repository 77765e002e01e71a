using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>What one commit of a run writes, together or not at all.</summary>
public sealed record RunCommit
{
    /// <summary>Events to append.</summary>
    public IReadOnlyList<JournalEvent> Events { get; init; } = [];

    /// <summary>Inbox positions to consume.</summary>
    public IReadOnlyList<long> Consumed { get; init; } = [];

    /// <summary>Effects outside.</summary>
    public IReadOnlyList<OutboxRequest> Outbox { get; init; } = [];

    /// <summary>The thread's new facts from its old ones; null leaves them.</summary>
    public Func<ThreadFacts, ThreadFacts>? ChangeFacts { get; init; }
}
