namespace Drafthorse.Harness.Threads;

/// <summary>An effect outside that must happen: a comment, a reaction, a pull request. The intent is committed before it is tried.</summary>
public sealed record OutboxRequest
{
    /// <summary>The kind, which names its handler, such as <c>status</c>, <c>reply</c>, <c>draft</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Unique in its thread. An entry that is not done yet is replaced by a later one of the same key
    /// (a status replaces the status before it); an entry that is done makes a later one of the same key start anew.</summary>
    public required string Key { get; init; }

    /// <summary>The handler's data, as JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>Not tried before this time; null = at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}

/// <summary>An outbox entry that is leased to a dispatcher. Entries of one thread are carried out one at a time, oldest first
/// (an entry whose time has not come lets later ones pass).</summary>
public sealed record OutboxEntry
{
    /// <summary>The store's id of the entry.</summary>
    public required long Id { get; init; }

    /// <summary>The thread.</summary>
    public required ThreadRecord Thread { get; init; }

    /// <summary>The kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The handler's data, as JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>When the entry was added, or replaced last.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often it was started before, this time not counted. More than 0: the effect may already be there; look for its marker.</summary>
    public int Attempts { get; init; }

    /// <summary>The fencing token of this dispatch: rises with every claim of the thread's outbox.</summary>
    public required long Token { get; init; }

    /// <summary>When the dispatch lease ends. The effect's call must time out before.</summary>
    public required DateTimeOffset LeaseUntil { get; init; }
}

/// <summary>What came of an effect: journaled, and facts updated, in one step.</summary>
public sealed record OutboxCompletion
{
    /// <summary>The entry as it was claimed.</summary>
    public required OutboxEntry Entry { get; init; }

    /// <summary>Null when the effect is done for good; else when to try again.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The result or the error, journaled as <see cref="EffectFinished"/> when the entry is done for good.</summary>
    public required string Result { get; init; }

    /// <summary>Whether the effect happened; false with <see cref="RetryAt"/> null means it was given up.</summary>
    public bool Succeeded { get; init; }

    /// <summary>Whether to journal it (default). False for what nobody will ask about, such as each edit of a status.</summary>
    public bool Journaled { get; init; } = true;

    /// <summary>The pull request that the effect opened or found; written to <see cref="ThreadRecord.PullRequest"/>. Null leaves it.</summary>
    public PullRequestRef? PullRequest { get; init; }
}
