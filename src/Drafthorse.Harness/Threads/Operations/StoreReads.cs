using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>
/// What an operation reads. A store elsewhere loads this, and only this, in one round trip before the operation runs; one on this machine
/// reads as it goes.
/// </summary>
internal sealed record StoreReads
{
    /// <summary>The thread that all of the following is about.</summary>
    public ThreadId? Thread { get; init; }

    /// <summary>A delivery of the thread.</summary>
    public string? Delivery { get; init; }

    /// <summary>The thread's newest message with this id.</summary>
    public string? MessageId { get; init; }

    /// <summary>The thread's messages at these positions.</summary>
    public IReadOnlyList<long> Positions { get; init; } = [];

    /// <summary>The thread's pending messages.</summary>
    public bool Pending { get; init; }

    /// <summary>All entries of the thread's outbox.</summary>
    public bool Outbox { get; init; }

    /// <summary>The thread's journal from a position on.</summary>
    public (long From, int Limit)? Journal { get; init; }

    /// <summary>What is spent in these scopes.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>A reservation, and what is spent in its scopes.</summary>
    public string? Reservation { get; init; }

    /// <summary>Who runs, and the thread that this claim gets.</summary>
    public ClaimRequest? Claimable { get; init; }

    /// <summary>The thread whose outbox has waited longest, and its entries.</summary>
    public bool DueOutbox { get; init; }

    /// <summary>The threads that an owner holds.</summary>
    public string? HeldBy { get; init; }

    /// <summary>How many threads run.</summary>
    public bool Running { get; init; }

    /// <summary>The counts over all threads.</summary>
    public bool Status { get; init; }

    /// <summary>When something becomes claimable by itself.</summary>
    public bool NextDue { get; init; }

    /// <summary>A page of threads.</summary>
    public (ThreadQuery Query, ListCursor? After)? List { get; init; }

    /// <summary>A page of rows, as they are handed to another store.</summary>
    public StoreScan? Scan { get; init; }

    /// <summary>A mark of the store. A write reads <see cref="StoreClosure.Mark"/> beside it, unasked.</summary>
    public string? Mark { get; init; }

    /// <summary>Whether no other write may be going on: each is either done before or sees what this one does.</summary>
    public bool Alone { get; init; }
}
