using System.Text.Json;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>A thread as a store keeps it. Times are Unix milliseconds of the store's clock.</summary>
internal sealed record ThreadRow
{
    /// <summary>The store's own short name of the thread; rises with every new one.</summary>
    public long Seq { get; set; }

    public required ThreadId Id { get; init; }

    public required string Key { get; init; }

    public required string OriginJson { get; set; }

    public required string User { get; init; }

    /// <summary><c>owner/name</c>, or empty for a thread without a repository.</summary>
    public required string Repository { get; set; }

    public required long CreatedAt { get; init; }

    public ThreadStatus State { get; set; }

    /// <summary>The state the thread goes back to when its last message is withdrawn.</summary>
    public ThreadStatus RestState { get; set; } = ThreadStatus.Cancelled;

    public string? FactsJson { get; set; }

    public string? PullRequestJson { get; set; }

    public long UpdatedAt { get; set; }

    /// <summary>From when on anyone may claim the thread: its ready time, or the end of its lease. Null: not by itself, or by name only.</summary>
    public long? ClaimAt { get; set; }

    /// <summary>Whether only <see cref="ClaimRequest.Only"/> claims it: a terminal's thread works on the files of who sits there, and a guard's has no work.</summary>
    public bool IsClaimedByName => Key.StartsWith("cli:", StringComparison.Ordinal) || Key.StartsWith(GuardKeys, StringComparison.Ordinal);

    /// <summary>How the keys of guards begin, and the user that all of them have.</summary>
    public const string GuardKeys = "guard:";

    public long? WakeAt { get; set; }

    public long JournalLength { get; set; }

    /// <summary>The position the next message gets.</summary>
    public long InboxNext { get; set; }

    public int InboxDepth { get; set; }

    public long Token { get; set; }

    public string? Owner { get; set; }

    public long? LeaseUntil { get; set; }

    public int Takeovers { get; set; }

    /// <summary><see cref="InboxNext"/> when the run began: messages from there on are newer than the run.</summary>
    public long InboxAtClaim { get; set; }

    public long CommitSequence { get; set; }

    /// <summary>The position of the first event of the run's last commit.</summary>
    public long CommitPosition { get; set; }

    public long CancelledUpTo { get; set; } = -1;

    /// <summary>From when on the thread's outbox may be claimed: its first due entry, or the end of the dispatch lease.</summary>
    public long? OutboxAt { get; set; }

    public long OutboxToken { get; set; }

    public long? OutboxUntil { get; set; }

    /// <summary>The entry that is carried out now, and its revision when it was claimed.</summary>
    public long? OutboxEntry { get; set; }

    public long OutboxRevision { get; set; }

    public ThreadRecord ToRecord() => new()
    {
        Id = Id,
        Key = Key,
        State = State,
        Origin = JsonSerializer.Deserialize(OriginJson, JournalJson.Default.ThreadOrigin)!,
        Facts = FactsJson is null ? new() : JsonSerializer.Deserialize(FactsJson, JournalJson.Default.ThreadFacts)!,
        PullRequest = PullRequestJson is null ? null : JsonSerializer.Deserialize(PullRequestJson, StoreJson.Default.PullRequestRef),
        CreatedAt = StoreTime.ToDate(CreatedAt),
        UpdatedAt = StoreTime.ToDate(UpdatedAt),
        ReadyAt = Owner is null ? StoreTime.ToDate(ClaimAt) : null,
        JournalLength = JournalLength,
        InboxDepth = InboxDepth,
        Token = Token,
        Owner = Owner,
        LeaseUntil = StoreTime.ToDate(LeaseUntil),
        Commits = CommitSequence,
        Takeovers = Takeovers,
    };
}
