using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>What an operation changed of the rows that were loaded for it. It goes out in one batch, all of it or nothing.</summary>
internal sealed class LoadedChanges
{
    /// <summary>Whether the only thread of <see cref="Threads"/> is not in the store yet.</summary>
    public bool IsNewThread { get; set; }

    public Dictionary<ThreadId, ThreadRow> Threads { get; } = [];

    public (string Id, long Position)? Delivery { get; set; }

    public List<MessageRow> NewMessages { get; } = [];

    /// <summary>Changed messages by position; one that is new may be among them.</summary>
    public Dictionary<long, MessageRow> Messages { get; } = [];

    public List<JournalRecord> Journal { get; } = [];

    public List<OutboxRow> NewOutbox { get; } = [];

    public Dictionary<long, OutboxRow> Outbox { get; } = [];

    public HashSet<long> DeletedOutbox { get; } = [];

    public Dictionary<string, (decimal Amount, bool IsNew)> Spent { get; } = [];

    public (ReservationRow Row, bool IsNew)? Reservation { get; set; }

    /// <summary>Rows that come from another store.</summary>
    public List<StoredRow> Imported { get; } = [];

    /// <summary>A mark, and its value; null = it is removed.</summary>
    public (string Name, string? Value)? Mark { get; set; }

    public bool IsEmpty => Threads.Count == 0 && Delivery is null && Messages.Count == 0 && Spent.Count == 0 && Reservation is null && DeletedOutbox.Count == 0 && Outbox.Count == 0 && Imported.Count == 0 && Mark is null;
}
