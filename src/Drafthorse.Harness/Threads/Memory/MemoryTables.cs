using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads;

/// <summary>The tables as dictionaries. Only threads that may be claimed, now or later, are looked through.</summary>
internal sealed partial class MemoryTables : StoreTables
{
    private readonly Dictionary<ThreadId, ThreadRow> _threads = [];
    private readonly HashSet<ThreadId> _claimable = [];
    private readonly HashSet<ThreadId> _outboxes = [];
    private readonly Dictionary<long, ThreadContent> _contents = [];
    private readonly Dictionary<(long Thread, string Id), (long Position, long At)> _deliveries = [];
    private readonly Queue<(long Thread, string Id, long At)> _deliveryOrder = [];
    private readonly Dictionary<string, decimal> _spent = [];
    private readonly Dictionary<string, ReservationRow> _reservations = [];
    private long _outboxId;

    public override ThreadRow? FindThread(ThreadId id) => _threads.TryGetValue(id, out var row) ? row with { } : null;

    public override void AddThread(ThreadRow row)
    {
        row.Seq = _threads.Count + 1;
        _contents[row.Seq] = new ThreadContent();
        Put(row);
    }

    public override void Put(ThreadRow row)
    {
        _threads[row.Id] = row with { };
        Mark(_claimable, row.Id, row.ClaimAt is not null);
        Mark(_outboxes, row.Id, row.OutboxAt is not null);
    }

    public override ThreadRow? NextClaimable(RunningThreads running, int maxPerUser, int maxPerRepository) => _claimable.Select(id => _threads[id])
        .Where(row => row.ClaimAt <= Now)
        .Select(row => (Row: row, User: running.OfUser(row.User), Repository: running.OfRepository(row.Repository)))
        .Where(candidate => candidate.User < maxPerUser && candidate.Repository < maxPerRepository)
        .OrderBy(candidate => candidate.User)
        .ThenBy(candidate => candidate.Repository)
        .ThenBy(candidate => candidate.Row.ClaimAt)
        .ThenBy(candidate => candidate.Row.Seq)
        .Select(candidate => candidate.Row with { })
        .FirstOrDefault();

    public override RunningThreads CountRunning()
    {
        var running = _threads.Values.Where(row => row.Owner is not null && row.LeaseUntil > Now).ToList();
        return new RunningThreads(
            running.Count,
            running.CountBy(row => row.User).ToDictionary(),
            running.Where(row => row.Repository.Length > 0).CountBy(row => row.Repository).ToDictionary());
    }

    public override ThreadRow? NextOutbox() => _outboxes.Select(id => _threads[id])
        .Where(row => row.OutboxAt <= Now)
        .OrderBy(row => row.OutboxAt)
        .ThenBy(row => row.Seq)
        .Select(row => row with { })
        .FirstOrDefault();

    public override IReadOnlyList<ThreadRow> HeldBy(string owner) => [.. _threads.Values.Where(row => row.Owner == owner).Select(row => row with { })];

    public override bool HasClaimable() => _claimable.Any(id => _threads[id].ClaimAt <= Now);

    public override bool HasOutbox() => _outboxes.Any(id => _threads[id].OutboxAt <= Now);

    public override long? NextDue() => StoreTime.Earlier(
        _claimable.Select(id => _threads[id].ClaimAt).Where(at => at > Now).Min(),
        _outboxes.Select(id => _threads[id].OutboxAt).Where(at => at > Now).Min());

    public override (IReadOnlyList<ThreadRow> Rows, bool More) List(ThreadQuery query, ListCursor? after)
    {
        var repository = query.Repository?.ToLowerInvariant();
        var rows = _threads.Values
            .Where(row => row.InboxNext > 0
                && (query.State is null || row.State == query.State)
                && (repository is null || row.Repository == repository)
                && (query.User is null || row.User == query.User)
                && (after is not { } cursor || row.UpdatedAt < cursor.UpdatedAt || (row.UpdatedAt == cursor.UpdatedAt && row.Seq < cursor.Seq)))
            .OrderByDescending(row => row.UpdatedAt)
            .ThenByDescending(row => row.Seq)
            .Take(query.Limit + 1)
            .Select(row => row with { })
            .ToList();
        return ([.. rows.Take(query.Limit)], rows.Count > query.Limit);
    }

    public override StoreStatus Status()
    {
        var ready = _claimable.Select(id => _threads[id].ClaimAt!.Value).Where(at => at <= Now).ToList();
        return new StoreStatus(
            ready.Count,
            TimeSpan.FromMilliseconds(ready.Count == 0 ? 0 : Now - ready.Min()),
            _threads.Values.Count(row => row.Owner is not null && row.LeaseUntil > Now),
            _threads.Values.Sum(row => row.InboxDepth),
            _outboxes.Sum(id => Content(_threads[id].Seq).Outbox.Count));
    }

    public override (long Position, long At)? FindDelivery(long thread, string deliveryId) =>
        _deliveries.TryGetValue((thread, StoreDigests.Stored(deliveryId)), out var delivery) || _deliveries.TryGetValue((thread, StoreDigests.NameFor(StoreDigests.Of(deliveryId))), out delivery) ? delivery : null;

    public override void PutDelivery(long thread, string deliveryId, long position)
    {
        _deliveries[(thread, StoreDigests.Stored(deliveryId))] = (position, Now);
        _deliveryOrder.Enqueue((thread, StoreDigests.Stored(deliveryId), Now));
    }

    public override MessageRow? FindMessage(long thread, string messageId) =>
        Content(thread).Newest.TryGetValue(messageId, out var position) ? FindMessage(thread, position) : null;

    public override MessageRow? FindMessage(long thread, long position) =>
        Content(thread).Messages.TryGetValue(position, out var row) ? row with { } : null;

    public override IReadOnlyList<MessageRow> Pending(long thread) =>
        [.. Content(thread).Pending.Select(position => Content(thread).Messages[position] with { })];

    public override long? FirstPendingAt(long thread) => Pending(thread) is { Count: > 0 } pending ? pending.Min(row => row.ReadyAt) : null;

    public override void Add(MessageRow row) => Put(row);

    public override void Put(MessageRow row)
    {
        var content = Content(row.Thread);
        content.Messages[row.Position] = row with { };
        content.Newest[row.MessageId] = Math.Max(row.Position, content.Newest.GetValueOrDefault(row.MessageId));
        if (row.State == MessageState.Pending)
        {
            content.Pending.Add(row.Position);
        }
        else
        {
            content.Pending.Remove(row.Position);
        }
    }

    public override void Append(long thread, JournalRecord record) => Content(thread).Journal.Add(record);

    public override IReadOnlyList<JournalRecord> ReadJournal(long thread, long from, int limit)
    {
        var journal = Content(thread).Journal;
        return from >= journal.Count ? [] : journal.GetRange((int)from, (int)Math.Min(limit, journal.Count - from));
    }

    public override OutboxRow? FindOutbox(long thread, string key) =>
        Content(thread).Outbox.Find(row => row.Key == key) is { } row ? row with { } : null;

    public override IReadOnlyList<OutboxRow> Outbox(long thread) => [.. Content(thread).Outbox.Select(row => row with { })];

    public override void Add(OutboxRow row)
    {
        row.Id = ++_outboxId;
        Content(row.Thread).Outbox.Add(row with { });
    }

    public override void Put(OutboxRow row)
    {
        var outbox = Content(row.Thread).Outbox;
        outbox[outbox.FindIndex(candidate => candidate.Id == row.Id)] = row with { };
    }

    public override void Delete(OutboxRow row) => Content(row.Thread).Outbox.RemoveAll(candidate => candidate.Id == row.Id);

    public override decimal Spent(string scope) => _spent.GetValueOrDefault(scope);

    public override void PutSpent(string scope, decimal amount) => _spent[scope] = amount;

    public override ReservationRow? FindReservation(string id) => 
        _reservations.TryGetValue(ReservationKey(id), out var row) ? row with { Id = id } : null;

    public override void Put(ReservationRow row) => _reservations[ReservationKey(row.Id)] = row with { };

    public override bool Sweep(int limit)
    {
        var before = Now - StoreTime.Milliseconds(StoreTime.Retention);
        for (var count = 0; count < limit && _deliveryOrder.TryPeek(out var oldest) && oldest.At <= before; count++)
        {
            _deliveryOrder.Dequeue();
            if (_deliveries.TryGetValue((oldest.Thread, oldest.Id), out var delivery) && delivery.At == oldest.At)
            {
                _deliveries.Remove((oldest.Thread, oldest.Id));
            }
        }

        foreach (var row in _reservations.Where(row => row.Value.ExpiresAt <= before).Take(limit).ToList())
        {
            _reservations.Remove(row.Key);
        }

        return false;
    }

    private static void Mark(HashSet<ThreadId> set, ThreadId id, bool member)
    {
        if (member)
        {
            set.Add(id);
        }
        else
        {
            set.Remove(id);
        }
    }

    private ThreadContent Content(long thread) => _contents[thread];

    private sealed class ThreadContent
    {
        public List<JournalRecord> Journal { get; } = [];

        public Dictionary<long, MessageRow> Messages { get; } = [];

        public Dictionary<string, long> Newest { get; } = [];

        public SortedSet<long> Pending { get; } = [];

        public List<OutboxRow> Outbox { get; } = [];
    }
}
