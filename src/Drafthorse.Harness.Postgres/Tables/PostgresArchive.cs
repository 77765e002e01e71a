using System.Globalization;
using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;
using Npgsql;
using static Drafthorse.Harness.Postgres.Tables.PostgresRows;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>Rows as they are handed to another store.</summary>
internal static class PostgresArchive
{
    private const string OfThread = "(SELECT seq FROM drafthorse.threads WHERE id = $1)";

    public static void Add(SqlBatch batch, LoadedTables tables, StoreScan scan)
    {
        var rows = new List<StoredRow>();
        var id = scan.Thread ?? default;
        tables.Scanned = new StoredPage(rows, null);
        var after = scan.Kind is ScanKind.Deliveries or ScanKind.Spending or ScanKind.Reservations ? 0 : scan.After is null ? -1 : long.Parse(scan.After, CultureInfo.InvariantCulture);
        switch (scan.Kind)
        {
            case ScanKind.Threads:
                Add(row => Number(row, 0), row => new StoredThread(ReadThread(row)), $"SELECT {ThreadColumns} FROM drafthorse.threads t WHERE t.seq > $1 ORDER BY t.seq LIMIT $2", after, scan.Limit);
                break;
            case ScanKind.Messages:
                Add(row => Number(row, 1), row => new StoredMessage(id, ReadMessage(row)), $"SELECT {MessageColumns} FROM drafthorse.messages m WHERE m.thread = {OfThread} AND m.position > $2 ORDER BY m.position LIMIT $3", id.Value, after, scan.Limit);
                break;
            case ScanKind.Records:
                Add(row => Number(row, 0), row => new StoredRecord(id, ReadJournal(row)), $"SELECT position, at, kind, version, data FROM drafthorse.journal WHERE thread = {OfThread} AND position > $2 ORDER BY position LIMIT $3", id.Value, after, scan.Limit);
                break;
            case ScanKind.Effects:
                Add(row => Number(row, 0), row => new StoredEffect(id, ReadOutbox(row)), $"SELECT {OutboxColumns} FROM drafthorse.outbox o WHERE o.thread = {OfThread} AND o.id > $2 ORDER BY o.id LIMIT $3", id.Value, after, scan.Limit);
                break;
            case ScanKind.Deliveries:
                var last = (scan.After ?? "0:").Split(':');
                Add(
                    row => $"{Number(row, 0)}:{Hex(row, 2)}", row => new StoredDelivery(new ThreadId(row.GetGuid(1)), Hex(row, 2), row.GetInt64(3), row.GetInt64(4)),
                    """
                    SELECT d.thread, t.id, d.digest, d.position, d.at FROM drafthorse.deliveries d LEFT JOIN drafthorse.threads t ON t.seq = d.thread
                    WHERE (d.thread, d.digest) > ($1, $2) ORDER BY d.thread, d.digest LIMIT $3
                    """,
                    long.Parse(last[0], CultureInfo.InvariantCulture), Convert.FromHexString(last[1]), scan.Limit);
                break;
            case ScanKind.Spending:
                Add(row => Hex(row, 0), row => new StoredSpending(ReadText(row, 1), row.GetDecimal(2)), "SELECT digest, scope, amount FROM drafthorse.spent WHERE digest > $1 ORDER BY digest LIMIT $2", Convert.FromHexString(scan.After ?? ""), scan.Limit);
                break;
            case ScanKind.Reservations:
                Add(
                    row => Hex(row, 0),
                    row => new StoredReservation(
                        Hex(row, 0),
                        new ReservationRow(StoreDigests.NameFor(Hex(row, 0)), row.GetDecimal(1), row.GetInt64(2), [.. row.GetFieldValue<byte[][]>(3).Select(System.Text.Encoding.UTF8.GetString)]) { Settled = row.GetBoolean(4) }),
                    "SELECT digest, amount, expires_at, scopes, settled FROM drafthorse.reservations WHERE digest > $1 ORDER BY digest LIMIT $2", Convert.FromHexString(scan.After ?? ""), scan.Limit);
                break;
        }

        void Add(Func<NpgsqlDataReader, string> key, Func<NpgsqlDataReader, StoredRow> read, string sql, params ReadOnlySpan<object?> values) => batch.Add(
            row =>
            {
                var name = key(row);
                rows.Add(StoredDamage.Or(name, () => read(row)));
                tables.Scanned = new StoredPage(rows, rows.Count == scan.Limit ? name : null);
            },
            sql, values);
    }

    private static string Number(NpgsqlDataReader row, int column) => row.GetInt64(column).ToString(CultureInfo.InvariantCulture);

    private static string Hex(NpgsqlDataReader row, int column) => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));
}
