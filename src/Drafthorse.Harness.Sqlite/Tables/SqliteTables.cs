using System.Globalization;
using System.Text.Json;
using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>The tables in a SQLite file, as one session sees them.</summary>
internal sealed class SqliteTables(SqliteSession session) : StoreTables
{
    private readonly SqliteThreadRows _threads = new(session);
    private readonly SqliteMessageRows _messages = new(session);
    private readonly SqliteOutboxRows _outbox = new(session);
    private readonly SqliteArchive _archive = new(session);

    public override ThreadRow? FindThread(ThreadId id) => _threads.Find(id);

    public override void AddThread(ThreadRow row) => _threads.Add(row);

    public override void Put(ThreadRow row) => _threads.Put(row);

    public override ThreadRow? NextClaimable(RunningThreads running, int maxPerUser, int maxPerRepository) =>
        SqliteClaims.Next(session, Now, running, maxPerUser, maxPerRepository) is { } seq ? _threads.Find(seq) : null;

    public override RunningThreads CountRunning() => SqliteClaims.CountRunning(session, Now);

    public override IReadOnlyList<ThreadRow> HeldBy(string owner) => _threads.HeldBy(owner);

    public override ThreadRow? NextOutbox()
    {
        long seq;
        using (var next = session.Use("SELECT seq FROM threads WHERE outbox_at <= ?1 ORDER BY outbox_at, seq LIMIT 1").Bind(1, Now))
        {
            if (!next.Step())
            {
                return null;
            }

            seq = next.Int64(0);
        }

        return _threads.Find(seq);
    }

    public override bool HasClaimable() => Any("SELECT 1 FROM threads WHERE claim_at <= ?1 LIMIT 1");

    public override bool HasOutbox() => Any("SELECT 1 FROM threads WHERE outbox_at <= ?1 LIMIT 1");

    public override long? NextDue() => StoreTime.Earlier(
        Number("SELECT MIN(claim_at) FROM threads WHERE claim_at > ?1"),
        Number("SELECT MIN(outbox_at) FROM threads WHERE outbox_at > ?1"));

    public override (IReadOnlyList<ThreadRow> Rows, bool More) List(ThreadQuery query, ListCursor? after) => _threads.List(query, after);

    public override StoreStatus Status()
    {
        var oldest = Number("SELECT MIN(claim_at) FROM threads WHERE claim_at <= ?1");
        return new StoreStatus(
            (int)Number("SELECT count(*) FROM threads WHERE claim_at <= ?1")!.Value,
            TimeSpan.FromMilliseconds(oldest is { } at ? Now - at : 0),
            (int)Number("SELECT count(*) FROM threads WHERE lease_until > ?1")!.Value,
            (int)session.Scalar("SELECT count(*) FROM messages WHERE state = 0")!.Value,
            (int)session.Scalar("SELECT count(*) FROM outbox")!.Value);
    }

    public override (long Position, long At)? FindDelivery(long thread, string deliveryId)
    {
        using var row = session.Use("SELECT position, at FROM deliveries WHERE thread = ?1 AND delivery IN (?2, ?3) ORDER BY at DESC")
            .Bind(1, thread).Bind(2, StoreDigests.Stored(deliveryId)).Bind(3, StoreDigests.NameFor(StoreDigests.Of(deliveryId)));
        return row.Step() ? (row.Int64(0), row.Int64(1)) : null;
    }

    public override void PutDelivery(long thread, string deliveryId, long position) => session
        .Use("INSERT OR REPLACE INTO deliveries (thread, delivery, position, at) VALUES (?1, ?2, ?3, ?4)")
        .Bind(1, thread).Bind(2, StoreDigests.Stored(deliveryId)).Bind(3, position).Bind(4, Now).Run();

    public override MessageRow? FindMessage(long thread, string messageId) => _messages.Find(thread, messageId);

    public override MessageRow? FindMessage(long thread, long position) => _messages.Find(thread, position);

    public override IReadOnlyList<MessageRow> Pending(long thread) => _messages.Pending(thread);

    public override long? FirstPendingAt(long thread) => _messages.FirstPendingAt(thread);

    public override void Add(MessageRow row) => _messages.Add(row);

    public override void Put(MessageRow row) => _messages.Put(row);

    public override void Append(long thread, JournalRecord record) => session
        .Use("INSERT INTO journal (id, at, kind, version, data) VALUES (?1, ?2, ?3, ?4, ?5)")
        .Bind(1, SqliteKeys.Make(thread, record.Position)).Bind(2, record.At.ToUnixTimeMilliseconds())
        .Bind(3, record.Kind).Bind(4, record.Version).Bind(5, record.Data).Run();

    public override IReadOnlyList<JournalRecord> ReadJournal(long thread, long from, int limit)
    {
        if (from > SqliteKeys.MaxPosition)
        {
            return [];
        }

        using var row = session.Use("SELECT id, at, kind, version, data FROM journal WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3")
            .Bind(1, SqliteKeys.Make(thread, from)).Bind(2, SqliteKeys.Make(thread, SqliteKeys.MaxPosition)).Bind(3, limit);
        var records = new List<JournalRecord>();
        while (row.Step())
        {
            records.Add(new JournalRecord(
                SqliteKeys.Position(row.Int64(0)), StoreTime.ToDate(row.Int64(1)), row.Text(2), (int)row.Int64(3), row.Text(4)));
        }

        return records;
    }

    public override OutboxRow? FindOutbox(long thread, string key) => _outbox.Find(thread, key);

    public override IReadOnlyList<OutboxRow> Outbox(long thread) => _outbox.List(thread);

    public override void Add(OutboxRow row) => _outbox.Add(row);

    public override void Put(OutboxRow row) => _outbox.Put(row);

    public override void Delete(OutboxRow row) => _outbox.Delete(row);

    public override decimal Spent(string scope)
    {
        using var row = session.Use("SELECT usd FROM spent WHERE scope = ?1").Bind(1, scope);
        return row.Step() ? ToAmount(row.Text(0)) : 0;
    }

    public override void PutSpent(string scope, decimal amount) => session
        .Use("INSERT INTO spent (scope, usd) VALUES (?1, ?2) ON CONFLICT (scope) DO UPDATE SET usd = excluded.usd")
        .Bind(1, scope).Bind(2, amount.ToString(CultureInfo.InvariantCulture)).Run();

    public override ReservationRow? FindReservation(string id)
    {
        using var row = session.Use("SELECT usd, expires_at, scopes, settled FROM reservations WHERE id IN (?1, ?2)")
            .Bind(1, StoreDigests.Stored(id)).Bind(2, StoreDigests.NameFor(StoreDigests.Of(id)));
        return row.Step()
            ? new ReservationRow(id, ToAmount(row.Text(0)), row.Int64(1), JsonSerializer.Deserialize(row.Text(2), StoreJson.Default.IReadOnlyListString)!)
            {
                Settled = row.Int64(3) != 0,
            }
            : null;
    }

    public override void Put(ReservationRow row)
    {
        using (var update = session.Use("UPDATE reservations SET settled = ?3 WHERE id IN (?1, ?2) RETURNING 1")
            .Bind(1, StoreDigests.Stored(row.Id)).Bind(2, StoreDigests.NameFor(StoreDigests.Of(row.Id))).Bind(3, row.Settled ? 1 : 0))
        {
            if (update.Step())
            {
                while (update.Step())
                {
                    // To the end of the statement.
                }

                return;
            }
        }

        session.Use("INSERT INTO reservations (id, usd, expires_at, scopes, settled) VALUES (?1, ?2, ?3, ?4, ?5)")
            .Bind(1, StoreDigests.Stored(row.Id)).Bind(2, row.Amount.ToString(CultureInfo.InvariantCulture)).Bind(3, row.ExpiresAt)
            .Bind(4, JsonSerializer.Serialize(row.Scopes, StoreJson.Default.IReadOnlyListString)).Bind(5, row.Settled ? 1 : 0).Run();
    }

    public override StoredPage Scan(StoreScan scan) => _archive.Scan(scan);

    public override void Import(StoredRow row) => _archive.Import(row);

    public override string? Mark(string name)
    {
        using var row = session.Use("SELECT value FROM marks WHERE name = ?1").Bind(1, name);
        return row.Step() ? row.Text(0) : null;
    }

    public override void PutMark(string name, string? value)
    {
        if (value is null)
            session.Use("DELETE FROM marks WHERE name = ?1").Bind(1, name).Run();
        else
            session.Use("INSERT OR REPLACE INTO marks (name, value) VALUES (?1, ?2)").Bind(1, name).Bind(2, value).Run();
    }

    // Rows lie in the order of their coming, so the oldest ones are found without an index on time.
    public override bool Sweep(int limit)
    {
        var before = Now - StoreTime.Milliseconds(StoreTime.Retention);
        return Sweep("DELETE FROM deliveries WHERE at <= ?1 AND id IN (SELECT id FROM deliveries ORDER BY id LIMIT ?2) RETURNING 1", before, limit)
            | Sweep("DELETE FROM reservations WHERE expires_at <= ?1 AND seq IN (SELECT seq FROM reservations ORDER BY seq LIMIT ?2) RETURNING 1", before, limit);
    }

    internal static decimal ToAmount(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private bool Sweep(string sql, long before, int limit)
    {
        var count = 0;
        using var deleted = session.Use(sql).Bind(1, before).Bind(2, limit);
        while (deleted.Step())
        {
            count++;
        }

        return count == limit;
    }

    private bool Any(string sql)
    {
        using var row = session.Use(sql).Bind(1, Now);
        return row.Step();
    }

    private long? Number(string sql)
    {
        using var row = session.Use(sql).Bind(1, Now);
        return row.Step() ? row.NullableInt64(0) : null;
    }
}
