using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>The table of messages.</summary>
internal sealed class SqliteMessageRows(SqliteSession session)
{
    public const string Columns = "id, message_id, enqueued_at, ready_at, text_hash, version, state, body";

    public MessageRow? Find(long thread, string messageId)
    {
        using var row = session
            .Use($"SELECT {Columns} FROM messages WHERE thread = ?1 AND message_id = ?2 ORDER BY id DESC LIMIT 1")
            .Bind(1, thread).Bind(2, messageId);
        return row.Step() ? Read(row) : null;
    }

    public MessageRow? Find(long thread, long position)
    {
        if (position < 0 || position > SqliteKeys.MaxPosition)
        {
            return null;
        }

        using var row = session
            .Use($"SELECT {Columns} FROM messages WHERE id = ?1")
            .Bind(1, SqliteKeys.Make(thread, position));
        return row.Step() ? Read(row) : null;
    }

    public IReadOnlyList<MessageRow> Pending(long thread)
    {
        using var row = session
            .Use($"SELECT {Columns} FROM messages WHERE state = 0 AND id BETWEEN ?1 AND ?2 ORDER BY id")
            .Bind(1, SqliteKeys.Make(thread, 0)).Bind(2, SqliteKeys.Make(thread, SqliteKeys.MaxPosition));
        var rows = new List<MessageRow>();
        while (row.Step())
        {
            rows.Add(Read(row));
        }

        return rows;
    }

    public long? FirstPendingAt(long thread)
    {
        using var row = session.Use("SELECT MIN(ready_at) FROM messages WHERE state = 0 AND id BETWEEN ?1 AND ?2")
            .Bind(1, SqliteKeys.Make(thread, 0)).Bind(2, SqliteKeys.Make(thread, SqliteKeys.MaxPosition));
        return row.Step() ? row.NullableInt64(0) : null;
    }

    public void Add(MessageRow row) => session
        .Use("INSERT INTO messages (id, thread, message_id, enqueued_at, ready_at, text_hash, version, state, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        .Bind(1, SqliteKeys.Make(row.Thread, row.Position)).Bind(2, row.Thread).Bind(3, row.MessageId).Bind(4, row.EnqueuedAt)
        .Bind(5, row.ReadyAt).Bind(6, row.TextHash).Bind(7, row.Version).Bind(8, (long)row.State).Bind(9, row.Body).Run();

    public void Put(MessageRow row) => session
        .Use("UPDATE messages SET version = ?2, state = ?3, body = ?4 WHERE id = ?1")
        .Bind(1, SqliteKeys.Make(row.Thread, row.Position)).Bind(2, row.Version).Bind(3, (long)row.State).Bind(4, row.Body).Run();

    public static MessageRow Read(SqliteStatement row) => new(
        SqliteKeys.Thread(row.Int64(0)), SqliteKeys.Position(row.Int64(0)), row.Text(1), row.Int64(2), row.Int64(3), row.Blob(4).ToArray())
    {
        Version = row.Int64(5),
        State = (MessageState)row.Int64(6),
        Body = row.NullableText(7),
    };
}
