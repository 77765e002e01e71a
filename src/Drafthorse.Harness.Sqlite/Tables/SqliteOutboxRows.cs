using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>The table of effects outside.</summary>
internal sealed class SqliteOutboxRows(SqliteSession session)
{
    public const string Columns = "id, thread, key, kind, payload, created_at, due_at, attempts, revision";

    public OutboxRow? Find(long thread, string key)
    {
        using var row = session
            .Use($"SELECT {Columns} FROM outbox WHERE thread = ?1 AND key = ?2")
            .Bind(1, thread).Bind(2, key);
        return row.Step() ? Read(row) : null;
    }

    public IReadOnlyList<OutboxRow> List(long thread)
    {
        using var row = session
            .Use($"SELECT {Columns} FROM outbox WHERE thread = ?1 ORDER BY id")
            .Bind(1, thread);
        var rows = new List<OutboxRow>();
        while (row.Step())
        {
            rows.Add(Read(row));
        }

        return rows;
    }

    public void Add(OutboxRow row)
    {
        using var insert = session
            .Use("INSERT INTO outbox (thread, key, kind, payload, created_at, due_at, attempts, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id")
            .Bind(1, row.Thread).Bind(2, row.Key).Bind(3, row.Kind).Bind(4, row.Payload).Bind(5, row.CreatedAt).Bind(6, row.DueAt)
            .Bind(7, row.Attempts).Bind(8, row.Revision);
        insert.Step();
        row.Id = insert.Int64(0);
    }

    public void Put(OutboxRow row) => session
        .Use("UPDATE outbox SET kind = ?2, payload = ?3, created_at = ?4, due_at = ?5, attempts = ?6, revision = ?7 WHERE id = ?1")
        .Bind(1, row.Id).Bind(2, row.Kind).Bind(3, row.Payload).Bind(4, row.CreatedAt).Bind(5, row.DueAt)
        .Bind(6, row.Attempts).Bind(7, row.Revision).Run();

    public void Delete(OutboxRow row) => session.Use("DELETE FROM outbox WHERE id = ?1").Bind(1, row.Id).Run();

    public static OutboxRow Read(SqliteStatement row) => new()
    {
        Id = row.Int64(0),
        Thread = row.Int64(1),
        Key = row.Text(2),
        Kind = row.Text(3),
        Payload = row.Text(4),
        CreatedAt = row.Int64(5),
        DueAt = row.Int64(6),
        Attempts = (int)row.Int64(7),
        Revision = row.Int64(8),
    };
}
