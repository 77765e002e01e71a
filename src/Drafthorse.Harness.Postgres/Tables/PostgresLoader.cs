using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;
using static Drafthorse.Harness.Postgres.Tables.PostgresRows;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>
/// Loads what an operation reads, in one round trip. A write locks the thread's row first: whatever belongs to the thread is changed only by who
/// holds that lock, and each later statement of the batch sees what was committed before it began.
/// </summary>
/// <param name="batch">Takes the statements.</param>
/// <param name="tables">Takes the rows.</param>
/// <param name="fixedNow">The time of a test's clock; null = the server's.</param>
/// <param name="isWrite">Whether rows are locked.</param>
internal sealed class PostgresLoader(SqlBatch batch, LoadedTables tables, long? fixedNow, bool isWrite)
{
    private const string Now = PostgresClaims.Now;
    private const string OfThread = "(SELECT seq FROM drafthorse.threads WHERE id = $1)";

    private string Lock => isWrite ? " FOR UPDATE" : "";

    /// <summary>Adds the statements to the batch; its run fills the tables.</summary>
    public void Add()
    {
        var reads = tables.Reads;
        if (reads.Alone && isWrite)
            batch.Add("LOCK TABLE drafthorse.threads, drafthorse.reservations, drafthorse.spent IN EXCLUSIVE MODE");
        if (reads.Claimable is not null)
            batch.Add(_ => { }, "SELECT id FROM drafthorse.control WHERE id = 1 FOR UPDATE");
        if (reads.Thread is { } thread)
            batch.Add(row => tables.Load(ReadThread(row)), $"SELECT {ThreadColumns} FROM drafthorse.threads t WHERE t.id = $1{Lock}", thread.Value);
        if (reads.HeldBy is { } owner)
            batch.Add(row => tables.Load(ReadThread(row)), $"SELECT {ThreadColumns} FROM drafthorse.threads t WHERE t.owner = $1 ORDER BY t.seq{Lock}", Bytes(owner));
        batch.Add(row => tables.Now = row.GetInt64(0), $"SELECT {Now}", fixedNow);

        if (reads.Thread is { } of)
            AddOfThread(reads, of.Value);
        AddWork(reads);
        AddBudget(reads);
        AddCounts(reads);
        if (reads.List is { } list)
            PostgresLists.Add(batch, tables, list.Query, list.After);
        if (reads.Scan is { } scan)
            PostgresArchive.Add(batch, tables, scan);

        // After the locks: whoever closes the store waits for those who hold them, and is seen by those who come later.
        string[] marks = [.. isWrite ? [StoreClosure.Mark] : Array.Empty<string>(), .. reads.Mark is { } mark ? [mark] : Array.Empty<string>()];
        if (marks.Length > 0)
            batch.Add(row => tables.Marks[row.GetString(0)] = row.GetString(1), "SELECT name, value FROM drafthorse.marks WHERE name = ANY($1)", [marks]);
    }

    private void AddOfThread(StoreReads reads, Guid thread)
    {
        if (reads.Delivery is { } delivery)
            batch.Add(row => tables.Delivery = (row.GetInt64(0), row.GetInt64(1)), $"SELECT position, at FROM drafthorse.deliveries WHERE thread = {OfThread} AND digest = $2", thread, Digest(delivery));
        if (reads.MessageId is { } id)
            batch.Add(row => tables.Load(ReadMessage(row)), $"SELECT {MessageColumns} FROM drafthorse.messages m WHERE m.thread = {OfThread} AND m.digest = $2 ORDER BY m.position DESC LIMIT 1", thread, Digest(id));
        if (reads.Positions.Count > 0)
            batch.Add(row => tables.Load(ReadMessage(row)), $"SELECT {MessageColumns} FROM drafthorse.messages m WHERE m.thread = {OfThread} AND m.position = ANY($2)", thread, reads.Positions.ToArray());
        if (reads.Pending)
            batch.Add(row => tables.Load(ReadMessage(row)), $"SELECT {MessageColumns} FROM drafthorse.messages m WHERE m.thread = {OfThread} AND m.state = 0 ORDER BY m.position", thread);
        if (reads.Outbox)
            batch.Add(row => tables.Load(ReadOutbox(row)), $"SELECT {OutboxColumns} FROM drafthorse.outbox o WHERE o.thread = {OfThread} ORDER BY o.id", thread);
        if (reads.Journal is { } journal)
        {
            var records = new List<JournalRecord>();
            tables.Journal = records;
            batch.Add(row => records.Add(ReadJournal(row)), $"SELECT position, at, kind, version, data FROM drafthorse.journal WHERE thread = {OfThread} AND position >= $2 ORDER BY position LIMIT $3", thread, journal.From, journal.Limit);
        }
    }

    private void AddWork(StoreReads reads)
    {
        if (reads.Claimable is { } claim)
            PostgresClaims.Add(batch, tables, claim, fixedNow);
        if (reads.DueOutbox)
        {
            batch.Add(
                row => tables.LoadCandidate(ReadThread(row)),
                $"""
                SELECT {ThreadColumns}, set_config('drafthorse.thread', t.seq::text, true)
                FROM (SELECT * FROM drafthorse.threads WHERE outbox_at <= {Now} ORDER BY outbox_at, seq LIMIT 1 FOR UPDATE SKIP LOCKED) t
                """,
                fixedNow);
            batch.Add(row => tables.Load(ReadOutbox(row)), $"SELECT {OutboxColumns} FROM drafthorse.outbox o WHERE o.thread = nullif(current_setting('drafthorse.thread', true), '')::bigint ORDER BY o.id");
        }
    }

    private void AddBudget(StoreReads reads)
    {
        if (reads.Reservation is { } reservation)
        {
            batch.Add(
                row => tables.Reservation = new ReservationRow(reservation, row.GetDecimal(0), row.GetInt64(1), [.. row.GetFieldValue<byte[][]>(2).Select(scope => System.Text.Encoding.UTF8.GetString(scope))]) { Settled = row.GetBoolean(3) },
                $"SELECT amount, expires_at, scopes, settled FROM drafthorse.reservations WHERE digest = $1{Lock}",
                Digest(reservation));
            batch.Add(
                row => tables.Load(ReadText(row, 0), row.GetDecimal(1)),
                $"SELECT scope, amount FROM drafthorse.spent WHERE digest = ANY($1) OR digest = ANY(SELECT unnest(digests) FROM drafthorse.reservations WHERE digest = $2) ORDER BY digest{Lock}",
                reads.Scopes.Select(Digest).ToArray(), Digest(reservation));
        }
        else if (reads.Scopes.Count > 0)
        {
            batch.Add(row => tables.Load(ReadText(row, 0), row.GetDecimal(1)), "SELECT scope, amount FROM drafthorse.spent WHERE digest = ANY($1)", [reads.Scopes.Select(Digest).ToArray()]);
        }
    }

    private void AddCounts(StoreReads reads)
    {
        if (reads.Running)
            PostgresClaims.AddRunning(batch, tables, fixedNow);
        if (reads.NextDue)
        {
            batch.Add(
                row => tables.Due = NullableInt64(row, 0),
                $"""
                SELECT least((SELECT min(claim_at) FROM drafthorse.threads WHERE claim_at > {Now}), (SELECT min(outbox_at) FROM drafthorse.threads WHERE outbox_at > {Now}))
                """,
                fixedNow);
        }

        if (reads.Status)
        {
            batch.Add(
                row => tables.Counts = new StoreStatus((int)row.GetInt64(0), TimeSpan.FromMilliseconds(row.GetInt64(1)), (int)row.GetInt64(2), (int)row.GetInt64(3), (int)row.GetInt64(4)),
                $"""
                SELECT (SELECT count(*) FROM drafthorse.threads WHERE claim_at <= {Now}),
                    (SELECT coalesce({Now} - min(claim_at), 0) FROM drafthorse.threads WHERE claim_at <= {Now}),
                    (SELECT count(*) FROM drafthorse.threads WHERE lease_until > {Now}),
                    (SELECT count(*) FROM drafthorse.messages WHERE state = 0),
                    (SELECT count(*) FROM drafthorse.outbox)
                """,
                fixedNow);
        }
    }
}
