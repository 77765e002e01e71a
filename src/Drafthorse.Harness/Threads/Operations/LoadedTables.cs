using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>
/// The rows that one operation said it reads, loaded from a store elsewhere, and what it changes of them. What was not named in its
/// <see cref="StoreReads"/> is not there: looking for it is a mistake of the operation, and told as one.
/// </summary>
internal sealed class LoadedTables(StoreReads reads) : StoreTables
{
    private readonly Dictionary<ThreadId, ThreadRow> _threads = [];
    private readonly SortedDictionary<long, MessageRow> _messages = [];
    private readonly List<OutboxRow> _outbox = [];
    private readonly Dictionary<string, decimal> _spent = [];

    /// <summary>What the operation reads.</summary>
    public StoreReads Reads => reads;

    /// <summary>What the operation changed.</summary>
    public LoadedChanges Written { get; } = new();

    public (long Position, long At)? Delivery { get; set; }

    public ReservationRow? Reservation { get; set; }

    /// <summary>The thread that a claim found.</summary>
    public ThreadRow? Candidate { get; private set; }

    /// <summary>The thread whose messages, journal and outbox the operation changed: the one it named, or the only one it changed.</summary>
    public ThreadId? Subject => reads.Thread ?? (Written.Threads.Count == 1 ? Written.Threads.Keys.First() : null);

    public RunningThreads? Running { get; set; }

    public StoreStatus? Counts { get; set; }

    public long? Due { get; set; }

    public IReadOnlyList<JournalRecord> Journal { get; set; } = [];

    public (IReadOnlyList<ThreadRow> Rows, bool More) Page { get; set; } = ([], false);

    public StoredPage Scanned { get; set; } = StoredPage.Empty;

    /// <summary>The marks that were read, by their names.</summary>
    public Dictionary<string, string> Marks { get; } = [];

    public void Load(ThreadRow row) => _threads[row.Id] = row;

    public void LoadCandidate(ThreadRow row)
    {
        Candidate = row;
        Load(row);
    }

    public void Load(MessageRow row) => _messages[row.Position] = row;

    public void Load(OutboxRow row) => _outbox.Add(row);

    public void Load(string scope, decimal spent) => _spent[scope] = spent;

    public override ThreadRow? FindThread(ThreadId id)
    {
        Require(reads.Thread == id, $"thread {id}");
        return _threads.GetValueOrDefault(id) is { } row ? row with { } : null;
    }

    public override void AddThread(ThreadRow row)
    {
        Written.IsNewThread = true;
        Put(row);
    }

    public override void Put(ThreadRow row) => Written.Threads[row.Id] = _threads[row.Id] = row with { };

    public override ThreadRow? NextClaimable(RunningThreads running, int maxPerUser, int maxPerRepository)
    {
        Require(reads.Claimable is not null, "the next claimable thread");
        return Candidate;
    }

    public override RunningThreads CountRunning() => Running ?? throw Undeclared("who runs");

    public override ThreadRow? NextOutbox()
    {
        Require(reads.DueOutbox, "the next outbox");
        return Candidate is { } row && _threads.GetValueOrDefault(row.Id) is { } now && now.OutboxAt <= Now ? now with { } : null;
    }

    public override IReadOnlyList<ThreadRow> HeldBy(string owner)
    {
        Require(reads.HeldBy == owner, $"the threads of {owner}");
        return [.. _threads.Values.Select(row => row with { })];
    }

    public override bool HasClaimable() => throw Undeclared("claimable threads");

    public override bool HasOutbox() => throw Undeclared("outboxes");

    public override long? NextDue()
    {
        Require(reads.NextDue, "the next due time");
        return Due;
    }

    public override (IReadOnlyList<ThreadRow> Rows, bool More) List(ThreadQuery query, ListCursor? after)
    {
        Require(reads.List is not null, "a list");
        return Page;
    }

    public override StoreStatus Status() => Counts ?? throw Undeclared("the counts");

    public override (long Position, long At)? FindDelivery(long thread, string deliveryId)
    {
        Require(reads.Delivery == deliveryId, $"delivery {deliveryId}");
        return Delivery;
    }

    public override void PutDelivery(long thread, string deliveryId, long position) => Written.Delivery = (deliveryId, position);

    public override MessageRow? FindMessage(long thread, string messageId)
    {
        Require(reads.MessageId == messageId, $"message {messageId}");
        return _messages.Values.LastOrDefault(row => row.MessageId == messageId) is { } row ? row with { } : null;
    }

    public override MessageRow? FindMessage(long thread, long position)
    {
        Require(reads.Positions.Contains(position), $"the message at {position}");
        return _messages.GetValueOrDefault(position) is { } row ? row with { } : null;
    }

    public override IReadOnlyList<MessageRow> Pending(long thread)
    {
        Require(reads.Pending, "pending messages");
        return [.. _messages.Values.Where(row => row.State == MessageState.Pending).Select(row => row with { })];
    }

    public override long? FirstPendingAt(long thread) => Pending(thread) is { Count: > 0 } pending ? pending.Min(row => row.ReadyAt) : null;

    public override void Add(MessageRow row)
    {
        _messages[row.Position] = row with { };
        Written.NewMessages.Add(row with { });
    }

    public override void Put(MessageRow row)
    {
        _messages[row.Position] = row with { };
        Written.Messages[row.Position] = row with { };
    }

    public override void Append(long thread, JournalRecord record) => Written.Journal.Add(record);

    public override IReadOnlyList<JournalRecord> ReadJournal(long thread, long from, int limit)
    {
        Require(reads.Journal == (from, limit), "the journal");
        return Journal;
    }

    public override OutboxRow? FindOutbox(long thread, string key) => Outbox(thread).FirstOrDefault(row => row.Key == key);

    public override IReadOnlyList<OutboxRow> Outbox(long thread)
    {
        Require(reads.Outbox, "the outbox");
        return [.. _outbox.Select(row => row with { })];
    }

    public override void Add(OutboxRow row)
    {
        // The store numbers it; until then it is told from the others by a number that no row has.
        row.Id = -1 - Written.NewOutbox.Count;
        _outbox.Add(row with { });
        Written.NewOutbox.Add(row with { });
    }

    public override void Put(OutboxRow row)
    {
        _outbox[_outbox.FindIndex(known => known.Id == row.Id)] = row with { };
        if (row.Id < 0)
            Written.NewOutbox[(int)(-1 - row.Id)] = row with { };
        else
            Written.Outbox[row.Id] = row with { };
    }

    public override void Delete(OutboxRow row)
    {
        _outbox.RemoveAll(known => known.Id == row.Id);
        Written.Outbox.Remove(row.Id);
        Written.DeletedOutbox.Add(row.Id);
    }

    public override decimal Spent(string scope)
    {
        Require(reads.Scopes.Contains(scope) || Reservation?.Scopes.Contains(scope) == true, $"the scope {scope}");
        return _spent.GetValueOrDefault(scope);
    }

    public override void PutSpent(string scope, decimal amount)
    {
        Written.Spent[scope] = (amount, IsNew: Written.Spent.TryGetValue(scope, out var known) ? known.IsNew : !_spent.ContainsKey(scope));
        _spent[scope] = amount;
    }

    public override ReservationRow? FindReservation(string id)
    {
        Require(reads.Reservation == id, $"reservation {id}");
        return Reservation is null ? null : Reservation with { };
    }

    public override void Put(ReservationRow row)
    {
        Written.Reservation = (row with { }, IsNew: Reservation is null);
        Reservation = row with { };
    }

    public override StoredPage Scan(StoreScan scan)
    {
        Require(reads.Scan == scan, "a page of rows");
        return Scanned;
    }

    public override void Import(StoredRow row) => Written.Imported.Add(row);

    public override string? Mark(string name) => Marks.GetValueOrDefault(name);

    public override void PutMark(string name, string? value) => Written.Mark = (name, value);

    public override bool Sweep(int limit) => throw new NotSupportedException("A store elsewhere sweeps by itself.");

    private static void Require(bool isDeclared, string what)
    {
        if (!isDeclared)
            throw Undeclared(what);
    }

    private static InvalidOperationException Undeclared(string what) => new($"An operation of the thread store reads {what} without having said so.");
}
