using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using Npgsql;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>Rows as the tables keep them.</summary>
internal static class PostgresRows
{
    public const string ThreadColumns =
        """
        t.seq, t.id, t.key, t.origin, t.user_name, t.repository, t.created_at, t.state, t.rest_state, t.facts, t.pull_request, t.updated_at, t.claim_at,
        t.wake_at, t.journal_length, t.inbox_next, t.inbox_depth, t.token, t.owner, t.lease_until, t.takeovers, t.inbox_at_claim, t.commit_sequence,
        t.commit_position, t.cancelled_up_to, t.outbox_at, t.outbox_token, t.outbox_until, t.outbox_entry, t.outbox_revision
        """;

    public const string MessageColumns = "m.thread, m.position, m.message_id, m.enqueued_at, m.ready_at, m.text_hash, m.version, m.state, m.body";

    public const string OutboxColumns = "o.id, o.thread, o.key, o.kind, o.payload, o.created_at, o.due_at, o.attempts, o.revision";

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Digest(string text) => SHA256.HashData(Bytes(text));

    public static string ReadText(NpgsqlDataReader row, int column) => Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(column));

    public static ThreadRow ReadThread(NpgsqlDataReader row) => new()
    {
        Seq = row.GetInt64(0),
        Id = new ThreadId(row.GetGuid(1)),
        Key = ReadText(row, 2),
        OriginJson = row.GetString(3),
        User = ReadText(row, 4),
        Repository = ReadText(row, 5),
        CreatedAt = row.GetInt64(6),
        State = ReadState(row.GetString(7)),
        RestState = ReadState(row.GetString(8)),
        FactsJson = row.IsDBNull(9) ? null : row.GetString(9),
        PullRequestJson = row.IsDBNull(10) ? null : row.GetString(10),
        UpdatedAt = row.GetInt64(11),
        ClaimAt = NullableInt64(row, 12),
        WakeAt = NullableInt64(row, 13),
        JournalLength = row.GetInt64(14),
        InboxNext = row.GetInt64(15),
        InboxDepth = row.GetInt32(16),
        Token = row.GetInt64(17),
        Owner = row.IsDBNull(18) ? null : ReadText(row, 18),
        LeaseUntil = NullableInt64(row, 19),
        Takeovers = row.GetInt32(20),
        InboxAtClaim = row.GetInt64(21),
        CommitSequence = row.GetInt64(22),
        CommitPosition = row.GetInt64(23),
        CancelledUpTo = row.GetInt64(24),
        OutboxAt = NullableInt64(row, 25),
        OutboxToken = row.GetInt64(26),
        OutboxUntil = NullableInt64(row, 27),
        OutboxEntry = NullableInt64(row, 28),
        OutboxRevision = row.GetInt64(29),
    };

    public static MessageRow ReadMessage(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), ReadText(row, 2), row.GetInt64(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5))
    {
        Version = row.GetInt64(6),
        State = (MessageState)row.GetInt32(7),
        Body = row.IsDBNull(8) ? null : row.GetString(8),
    };

    public static OutboxRow ReadOutbox(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Thread = row.GetInt64(1),
        Key = ReadText(row, 2),
        Kind = ReadText(row, 3),
        Payload = ReadText(row, 4),
        CreatedAt = row.GetInt64(5),
        DueAt = row.GetInt64(6),
        Attempts = row.GetInt32(7),
        Revision = row.GetInt64(8),
    };

    public static JournalRecord ReadJournal(NpgsqlDataReader row) =>
        new(row.GetInt64(0), StoreTime.ToDate(row.GetInt64(1)), row.GetString(2), row.GetInt32(3), row.GetString(4));

    public static long? NullableInt64(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static ThreadStatus ReadState(string text) => Enum.TryParse<ThreadStatus>(text, out var state) ? state : default;
}
