using System.Globalization;
using System.Text.Json;
using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>Rows as one store hands them to another.</summary>
internal sealed class SqliteArchive(SqliteSession session)
{
    private const string OfThread = "(SELECT seq FROM threads WHERE id = ?1)";

    public StoredPage Scan(StoreScan scan)
    {
        var after = scan.After is null || scan.Kind == ScanKind.Spending ? -1 : long.Parse(scan.After, CultureInfo.InvariantCulture);
        switch (scan.Kind)
        {
            case ScanKind.Threads:
                return Read(Use($"SELECT {SqliteThreadRows.Columns} FROM threads WHERE seq > ?1 ORDER BY seq LIMIT ?2", after, scan), row => Number(row, 0), (row, _) => new StoredThread(SqliteThreadRows.Read(row)), scan);
            case ScanKind.Messages:
                return ReadOfThread($"SELECT {SqliteMessageRows.Columns} FROM messages WHERE id > ({OfThread} << 32) + ?2 AND id < (({OfThread} + 1) << 32) ORDER BY id LIMIT ?3", after, Position, (row, id) => new StoredMessage(id, SqliteMessageRows.Read(row)), scan);
            case ScanKind.Records:
                return ReadOfThread(
                    $"SELECT id, at, kind, version, data FROM journal WHERE id > ({OfThread} << 32) + ?2 AND id < (({OfThread} + 1) << 32) ORDER BY id LIMIT ?3", after, Position,
                    (row, id) => new StoredRecord(id, new JournalRecord(SqliteKeys.Position(row.Int64(0)), StoreTime.ToDate(row.Int64(1)), row.Text(2), (int)row.Int64(3), row.Text(4))), scan);
            case ScanKind.Effects:
                return ReadOfThread($"SELECT {SqliteOutboxRows.Columns} FROM outbox WHERE thread = {OfThread} AND id > ?2 ORDER BY id LIMIT ?3", after, row => Number(row, 0), (row, id) => new StoredEffect(id, SqliteOutboxRows.Read(row)), scan);
            case ScanKind.Deliveries:
                return Read(
                    Use("SELECT d.id, t.id, d.delivery, d.position, d.at FROM deliveries d LEFT JOIN threads t ON t.seq = d.thread WHERE d.id > ?1 ORDER BY d.id LIMIT ?2", after, scan), row => Number(row, 0),
                    (row, _) => new StoredDelivery(new ThreadId(new Guid(row.Blob(1), bigEndian: true)), StoreDigests.OfStored(row.Text(2)), row.Int64(3), row.Int64(4)), scan);
            case ScanKind.Spending:
                return Read(
                    session.Use("SELECT scope, usd FROM spent WHERE ?1 IS NULL OR scope > ?1 ORDER BY scope LIMIT ?2").Bind(1, scan.After).Bind(2, scan.Limit), row => row.Text(0),
                    (row, _) => new StoredSpending(row.Text(0), SqliteTables.ToAmount(row.Text(1))), scan);
            default:
                return Read(
                    Use("SELECT seq, id, usd, expires_at, scopes, settled FROM reservations WHERE seq > ?1 ORDER BY seq LIMIT ?2", after, scan), row => Number(row, 0),
                    (row, _) => new StoredReservation(
                        StoreDigests.OfStored(row.Text(1)),
                        new ReservationRow(row.Text(1), SqliteTables.ToAmount(row.Text(2)), row.Int64(3), JsonSerializer.Deserialize(row.Text(4), StoreJson.Default.IReadOnlyListString)!) { Settled = row.Int64(5) != 0 }),
                    scan);
        }
    }

    public void Import(StoredRow row)
    {
        switch (row)
        {
            case StoredMessage { Thread: var thread, Row: var message }:
                session.Use($"INSERT OR REPLACE INTO messages (id, thread, message_id, enqueued_at, ready_at, text_hash, version, state, body) VALUES (({OfThread} << 32) | ?2, {OfThread}, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
                    .Bind(1, Bytes(thread)).Bind(2, message.Position).Bind(3, message.MessageId).Bind(4, message.EnqueuedAt).Bind(5, message.ReadyAt)
                    .Bind(6, message.TextHash).Bind(7, message.Version).Bind(8, (long)message.State).Bind(9, message.Body).Run();
                break;
            case StoredRecord { Thread: var thread, Record: var record }:
                session.Use($"INSERT OR REPLACE INTO journal (id, at, kind, version, data) VALUES (({OfThread} << 32) | ?2, ?3, ?4, ?5, ?6)")
                    .Bind(1, Bytes(thread)).Bind(2, record.Position).Bind(3, record.At.ToUnixTimeMilliseconds()).Bind(4, record.Kind).Bind(5, record.Version).Bind(6, record.Data).Run();
                break;
            case StoredEffect { Thread: var thread, Row: var effect }:
                session.Use($"INSERT OR REPLACE INTO outbox (id, thread, key, kind, payload, created_at, due_at, attempts, revision) VALUES (?2, {OfThread}, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
                    .Bind(1, Bytes(thread)).Bind(2, effect.Id).Bind(3, effect.Key).Bind(4, effect.Kind).Bind(5, effect.Payload).Bind(6, effect.CreatedAt)
                    .Bind(7, effect.DueAt).Bind(8, effect.Attempts).Bind(9, effect.Revision).Run();
                break;
            case StoredEffectDone done:
                session.Use("DELETE FROM outbox WHERE id = ?1").Bind(1, done.Id).Run();
                break;
            case StoredDelivery delivery:
                session.Use($"INSERT OR REPLACE INTO deliveries (thread, delivery, position, at) VALUES ({OfThread}, ?2, ?3, ?4)")
                    .Bind(1, Bytes(delivery.Thread)).Bind(2, StoreDigests.NameFor(delivery.Digest)).Bind(3, delivery.Position).Bind(4, delivery.At).Run();
                break;
            case StoredSpending spending:
                session.Use("INSERT OR REPLACE INTO spent (scope, usd) VALUES (?1, ?2)").Bind(1, spending.Scope).Bind(2, spending.Amount.ToString(CultureInfo.InvariantCulture)).Run();
                break;
            case StoredReservation { Digest: var digest, Row: var reservation }:
                session.Use("INSERT OR REPLACE INTO reservations (id, usd, expires_at, scopes, settled) VALUES (?1, ?2, ?3, ?4, ?5)")
                    .Bind(1, StoreDigests.NameFor(digest)).Bind(2, reservation.Amount.ToString(CultureInfo.InvariantCulture)).Bind(3, reservation.ExpiresAt)
                    .Bind(4, JsonSerializer.Serialize(reservation.Scopes, StoreJson.Default.IReadOnlyListString)).Bind(5, reservation.Settled ? 1 : 0).Run();
                break;
        }
    }

    private StoredPage ReadOfThread(string sql, long after, Func<SqliteStatement, string> key, Func<SqliteStatement, ThreadId, StoredRow> read, StoreScan scan) =>
        Read(session.Use(sql).Bind(1, Bytes(scan.Thread!.Value)).Bind(2, after).Bind(3, scan.Limit), key, read, scan);

    private SqliteStatement Use(string sql, long after, StoreScan scan) => session.Use(sql).Bind(1, after).Bind(2, scan.Limit);

    private static StoredPage Read(SqliteStatement row, Func<SqliteStatement, string> key, Func<SqliteStatement, ThreadId, StoredRow> read, StoreScan scan)
    {
        using (row)
        {
            var rows = new List<StoredRow>();
            string? last = null;
            while (row.Step())
            {
                last = key(row);
                rows.Add(StoredDamage.Or(last, () => read(row, scan.Thread ?? default)));
            }

            return new StoredPage(rows, rows.Count == scan.Limit ? last : null);
        }
    }

    private static string Number(SqliteStatement row, int column) => row.Int64(column).ToString(CultureInfo.InvariantCulture);

    private static string Position(SqliteStatement row) => SqliteKeys.Position(row.Int64(0)).ToString(CultureInfo.InvariantCulture);

    private static byte[] Bytes(ThreadId id) => id.Value.ToByteArray(bigEndian: true);
}
