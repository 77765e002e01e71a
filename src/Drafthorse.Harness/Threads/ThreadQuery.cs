namespace Drafthorse.Harness.Threads;

/// <summary>Which threads to list.</summary>
public sealed record ThreadQuery
{
    /// <summary>Only threads in this state.</summary>
    public ThreadStatus? State { get; init; }

    /// <summary>Only threads of this repository, as <c>owner/name</c>.</summary>
    public string? Repository { get; init; }

    /// <summary>Only threads of this user.</summary>
    public string? User { get; init; }

    /// <summary>Where the page before ended (<see cref="ThreadPage.NextCursor"/>).</summary>
    public string? Cursor { get; init; }

    /// <summary>Rows in a page, 1 to 200.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>One page of threads, and where the next one begins (null at the end).</summary>
public sealed record ThreadPage(IReadOnlyList<ThreadRecord> Threads, string? NextCursor);

/// <summary>Counts for metrics and health.</summary>
/// <param name="Ready">Threads that could be claimed now.</param>
/// <param name="OldestReadyAge">How long the oldest of them has waited.</param>
/// <param name="Running">Threads with a live lease.</param>
/// <param name="InboxDepth">Unconsumed messages.</param>
/// <param name="OutboxDepth">Effects that are not done.</param>
public sealed record StoreStatus(int Ready, TimeSpan OldestReadyAge, int Running, int InboxDepth, int OutboxDepth);
