using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using static Drafthorse.Harness.Postgres.Tables.PostgresRows;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>A page of threads.</summary>
internal static class PostgresLists
{
    public static void Add(SqlBatch batch, LoadedTables tables, ThreadQuery query, ListCursor? after)
    {
        var values = new List<object?> { query.Limit + 1 };
        var where = "t.inbox_next > 0";
        if (query.State is { } state)
            where += $" AND t.state = {Add(state.ToString())}";
        if (query.Repository is { } repository)
            where += $" AND t.repository_lane = {Add(Digest(repository.ToLowerInvariant()))}";
        if (query.User is { } user)
            where += $" AND t.user_lane = {Add(Digest(user))}";
        if (after is { } cursor)
            where += $" AND (t.updated_at, t.seq) < ({Add(cursor.UpdatedAt)}, {Add(cursor.Seq)})";

        var rows = new List<ThreadRow>();
        tables.Page = (rows, false);
        batch.Add(
            row =>
            {
                if (rows.Count < query.Limit)
                    rows.Add(ReadThread(row));
                else
                    tables.Page = (rows, true);
            },
            $"SELECT {ThreadColumns} FROM drafthorse.threads t WHERE {where} ORDER BY t.updated_at DESC, t.seq DESC LIMIT $1",
            [.. values]);

        string Add(object value)
        {
            values.Add(value);
            return $"${values.Count}";
        }
    }
}
