using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>
/// What a store on this machine keeps, as one transaction sees it. The operations are written once against these tables; each
/// store only says how rows are found and kept. Rows that are returned are copies: a change counts when it is put back.
/// </summary>
internal abstract class StoreTables
{
    private readonly List<Change> _changes = [];

    /// <summary>The store's time, in Unix milliseconds, of the operation that runs.</summary>
    public long Now { get; set; }

    /// <summary>What the operation changed, for those who wait.</summary>
    public IReadOnlyList<Change> Changes => _changes;

    public abstract ThreadRow? FindThread(ThreadId id);

    /// <summary>Adds the row and sets its <see cref="ThreadRow.Seq"/>.</summary>
    public abstract void AddThread(ThreadRow row);

    public abstract void Put(ThreadRow row);

    /// <summary>The claimable thread of the least-served user, then repository, then the one that waits longest.</summary>
    public abstract ThreadRow? NextClaimable(RunningThreads running, int maxPerUser, int maxPerRepository);

    public abstract RunningThreads CountRunning();

    /// <summary>The thread whose outbox has waited longest.</summary>
    public abstract ThreadRow? NextOutbox();

    /// <summary>The threads that an owner holds.</summary>
    public abstract IReadOnlyList<ThreadRow> HeldBy(string owner);

    public abstract bool HasClaimable();

    public abstract bool HasOutbox();

    /// <summary>The next time after now at which a thread or an outbox entry becomes claimable by itself.</summary>
    public abstract long? NextDue();

    public abstract (IReadOnlyList<ThreadRow> Rows, bool More) List(ThreadQuery query, ListCursor? after);

    public abstract StoreStatus Status();

    /// <summary>The inbox position that was noted for a delivery and when it came, or null.</summary>
    public abstract (long Position, long At)? FindDelivery(long thread, string deliveryId);

    public abstract void PutDelivery(long thread, string deliveryId, long position);

    /// <summary>The newest message with this id.</summary>
    public abstract MessageRow? FindMessage(long thread, string messageId);

    public abstract MessageRow? FindMessage(long thread, long position);

    /// <summary>Pending messages, oldest first.</summary>
    public abstract IReadOnlyList<MessageRow> Pending(long thread);

    /// <summary>When the first pending message is ready, or null when there is none.</summary>
    public abstract long? FirstPendingAt(long thread);

    public abstract void Add(MessageRow row);

    public abstract void Put(MessageRow row);

    public abstract void Append(long thread, JournalRecord record);

    public abstract IReadOnlyList<JournalRecord> ReadJournal(long thread, long from, int limit);

    public abstract OutboxRow? FindOutbox(long thread, string key);

    /// <summary>The thread's entries, oldest first.</summary>
    public abstract IReadOnlyList<OutboxRow> Outbox(long thread);

    /// <summary>Adds the row and sets its <see cref="OutboxRow.Id"/>.</summary>
    public abstract void Add(OutboxRow row);

    public abstract void Put(OutboxRow row);

    public abstract void Delete(OutboxRow row);

    public abstract decimal Spent(string scope);

    public abstract void PutSpent(string scope, decimal amount);

    public abstract ReservationRow? FindReservation(string id);

    public abstract void Put(ReservationRow row);

    /// <summary>A page of the store's rows, each as it lies there; one that cannot be read is a <see cref="StoredDamage"/>.</summary>
    public abstract StoredPage Scan(StoreScan scan);

    /// <summary>Adds a row of another store, or puts it over the one that is there. Threads are added and put as ever, before what is theirs.</summary>
    public abstract void Import(StoredRow row);

    /// <summary>A short text that the store keeps about itself, or null.</summary>
    public abstract string? Mark(string name);

    /// <summary>Sets a mark; null removes it.</summary>
    public abstract void PutMark(string name, string? value);

    /// <summary>Forgets up to <paramref name="limit"/> deliveries and as many reservations that are older than the retention.
    /// True when there may be more.</summary>
    public abstract bool Sweep(int limit);

    /// <summary>Notes that a thread changed, and whether it may have become claimable or has something in its outbox.</summary>
    public void Changed(ThreadRow row) => _changes.Add(new Change(row.Id, (row.ClaimAt is { } claimAt && (row.Owner is null || claimAt <= Now)) || row.OutboxAt is not null));

    public void ForgetChanges() => _changes.Clear();
}

/// <summary>A thread changed; <paramref name="Work"/> when there may be something to claim.</summary>
internal readonly record struct Change(ThreadId ThreadId, bool Work);

/// <summary>Where a page of threads ended: the last row's time and number.</summary>
internal readonly record struct ListCursor(long UpdatedAt, long Seq)
{
    public override string ToString() => $"{UpdatedAt}-{Seq}";

    public static ListCursor Parse(string cursor)
    {
        var dash = cursor.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && long.TryParse(cursor.AsSpan(0, dash), out var at) && long.TryParse(cursor.AsSpan(dash + 1), out var seq)
            ? new ListCursor(at, seq)
            : throw new ArgumentException($"'{cursor}' is no cursor of this store. Use the NextCursor of a page, or none for the first page.", nameof(cursor));
    }
}
