namespace Drafthorse.Harness.Threads;

/// <summary>One thread's row: what lists and claims need to know without reading the journal.</summary>
public sealed record ThreadRecord
{
    /// <summary>The id, made from <see cref="Key"/>.</summary>
    public required ThreadId Id { get; init; }

    /// <summary>The thread key, such as <c>github:issue:owner/repo#42</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Where the thread stands.</summary>
    public ThreadStatus State { get; init; }

    /// <summary>Who and what the thread is about, as given with its first message.</summary>
    public required ThreadOrigin Origin { get; init; }

    /// <summary>What runs have learnt and decided; replaced by commits.</summary>
    public ThreadFacts Facts { get; init; } = new();

    /// <summary>The draft pull request, written by the effect that opened it (<see cref="OutboxCompletion.PullRequest"/>); or null.</summary>
    public PullRequestRef? PullRequest { get; init; }

    /// <summary>When the first message was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the row was last written.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Since when the thread is ready to be claimed, or null when it is not ready.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>The number of journal records; the next one gets this position.</summary>
    public long JournalLength { get; init; }

    /// <summary>Messages in the inbox that no step has consumed.</summary>
    public int InboxDepth { get; init; }

    /// <summary>The highest fencing token handed out for this thread.</summary>
    public long Token { get; init; }

    /// <summary>The replica that holds the lease, or null.</summary>
    public string? Owner { get; init; }

    /// <summary>When the lease ends, or null when nobody holds one.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>How many commits the newest token's run has made: the last <see cref="CommitRequest.Sequence"/>.</summary>
    public long Commits { get; init; }

    /// <summary>How often in a row the thread was taken over from a dead owner without progress in between (see <see cref="CommitRequest.Events"/>).</summary>
    public int Takeovers { get; init; }
}
