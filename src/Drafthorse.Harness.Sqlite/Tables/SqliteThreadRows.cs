using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads.Operations;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>The table of threads.</summary>
internal sealed class SqliteThreadRows(SqliteSession session)
{
    public const string Columns = """
        seq, id, key, origin, user_name, repository, created_at,
        state, rest_state, facts, pull_request, updated_at, claim_at, wake_at, journal_length, inbox_next, inbox_depth, token, owner,
        lease_until, takeovers, inbox_at_claim, commit_sequence, commit_position, cancelled_up_to,
        outbox_at, outbox_token, outbox_until, outbox_entry, outbox_revision
        """;

    private const string Insert = $"""
        INSERT INTO threads ({Columns})
        VALUES (NULL, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)
        RETURNING seq
        """;

    private const string Update = """
        UPDATE threads SET origin = ?4, repository = ?6, state = ?8, rest_state = ?9, facts = ?10, pull_request = ?11, updated_at = ?12, claim_at = ?13, wake_at = ?14,
            journal_length = ?15, inbox_next = ?16, inbox_depth = ?17, token = ?18, owner = ?19, lease_until = ?20, takeovers = ?21,
            inbox_at_claim = ?22, commit_sequence = ?23, commit_position = ?24, cancelled_up_to = ?25,
            outbox_at = ?26, outbox_token = ?27, outbox_until = ?28, outbox_entry = ?29, outbox_revision = ?30
        WHERE seq = ?1
        """;

    public ThreadRow? Find(ThreadId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        using var row = session.Use($"SELECT {Columns} FROM threads WHERE id = ?1").Bind(1, bytes);
        return row.Step() ? Read(row) : null;
    }

    public ThreadRow? Find(long seq)
    {
        using var row = session.Use($"SELECT {Columns} FROM threads WHERE seq = ?1").Bind(1, seq);
        return row.Step() ? Read(row) : null;
    }

    public IReadOnlyList<ThreadRow> HeldBy(string owner)
    {
        using var row = session.Use($"SELECT {Columns} FROM threads WHERE lease_until IS NOT NULL AND owner = ?1").Bind(1, owner);
        var rows = new List<ThreadRow>();
        while (row.Step())
        {
            rows.Add(Read(row));
        }

        return rows;
    }

    public void Add(ThreadRow row)
    {
        Span<byte> id = stackalloc byte[16];
        row.Id.Value.TryWriteBytes(id, bigEndian: true, out _);
        using var insert = BindChanging(session.Use(Insert), row)
            .Bind(2, id).Bind(3, row.Key).Bind(4, row.OriginJson).Bind(5, row.User).Bind(6, row.Repository).Bind(7, row.CreatedAt);
        insert.Step();
        row.Seq = insert.Int64(0);
    }

    public void Put(ThreadRow row) => BindChanging(session.Use(Update), row).Bind(1, row.Seq).Bind(4, row.OriginJson).Bind(6, row.Repository).Run();

    public (IReadOnlyList<ThreadRow> Rows, bool More) List(ThreadQuery query, ListCursor? after)
    {
        var sql = $"SELECT {Columns} FROM threads WHERE inbox_next > 0"
            + (query.State is null ? "" : " AND state = ?1")
            + (query.Repository is null ? "" : " AND repository = ?2")
            + (query.User is null ? "" : " AND user_name = ?3")
            + (after is null ? "" : " AND (updated_at, seq) < (?4, ?5)")
            + " ORDER BY updated_at DESC, seq DESC LIMIT ?6";
        using var row = session.Use(sql).Bind(6, query.Limit + 1);
        if (query.State is { } state)
        {
            row.Bind(1, state.ToString());
        }

        if (query.Repository is not null)
        {
            row.Bind(2, query.Repository.ToLowerInvariant());
        }

        if (query.User is not null)
        {
            row.Bind(3, query.User);
        }

        if (after is { } cursor)
        {
            row.Bind(4, cursor.UpdatedAt).Bind(5, cursor.Seq);
        }

        var rows = new List<ThreadRow>();
        while (row.Step())
        {
            rows.Add(Read(row));
        }

        return ([.. rows.Take(query.Limit)], rows.Count > query.Limit);
    }

    private static SqliteStatement BindChanging(SqliteStatement statement, ThreadRow row) => statement
        .Bind(8, row.State.ToString()).Bind(9, row.RestState.ToString()).Bind(10, row.FactsJson).Bind(11, row.PullRequestJson)
        .Bind(12, row.UpdatedAt).Bind(13, row.ClaimAt).Bind(14, row.WakeAt).Bind(15, row.JournalLength).Bind(16, row.InboxNext)
        .Bind(17, row.InboxDepth).Bind(18, row.Token).Bind(19, row.Owner).Bind(20, row.LeaseUntil).Bind(21, row.Takeovers)
        .Bind(22, row.InboxAtClaim).Bind(23, row.CommitSequence).Bind(24, row.CommitPosition).Bind(25, row.CancelledUpTo)
        .Bind(26, row.OutboxAt).Bind(27, row.OutboxToken).Bind(28, row.OutboxUntil).Bind(29, row.OutboxEntry).Bind(30, row.OutboxRevision);

    public static ThreadRow Read(SqliteStatement row) => new()
    {
        Seq = row.Int64(0),
        Id = new ThreadId(new Guid(row.Blob(1), bigEndian: true)),
        Key = row.Text(2),
        OriginJson = row.Text(3),
        User = row.Text(4),
        Repository = row.Text(5),
        CreatedAt = row.Int64(6),
        State = ReadState(row.Text(7)),
        RestState = ReadState(row.Text(8)),
        FactsJson = row.NullableText(9),
        PullRequestJson = row.NullableText(10),
        UpdatedAt = row.Int64(11),
        ClaimAt = row.NullableInt64(12),
        WakeAt = row.NullableInt64(13),
        JournalLength = row.Int64(14),
        InboxNext = row.Int64(15),
        InboxDepth = (int)row.Int64(16),
        Token = row.Int64(17),
        Owner = row.NullableText(18),
        LeaseUntil = row.NullableInt64(19),
        Takeovers = (int)row.Int64(20),
        InboxAtClaim = row.Int64(21),
        CommitSequence = row.Int64(22),
        CommitPosition = row.Int64(23),
        CancelledUpTo = row.Int64(24),
        OutboxAt = row.NullableInt64(25),
        OutboxToken = row.Int64(26),
        OutboxUntil = row.NullableInt64(27),
        OutboxEntry = row.NullableInt64(28),
        OutboxRevision = row.Int64(29),
    };

    private static ThreadStatus ReadState(string text) => Enum.TryParse<ThreadStatus>(text, out var state) ? state : default;
}
