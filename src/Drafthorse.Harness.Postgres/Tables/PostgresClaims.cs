using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using static Drafthorse.Harness.Postgres.Tables.PostgresRows;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>
/// Finds the thread to claim. Claimers come one after the other (they hold the control row), so two of them never pass a limit together. The search
/// steps over lanes (user and repository) with claimable threads and looks at the oldest of each only, so idle threads and long queues cost nothing.
/// </summary>
internal static class PostgresClaims
{
    /// <summary>The time: of a test's clock, which is the first parameter, or the server's.</summary>
    public const string Now = "coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)";

    private const string Next = $"""
        WITH RECURSIVE lanes AS (
            (SELECT user_lane, repository_lane, claim_at, seq FROM drafthorse.threads WHERE claim_at IS NOT NULL
             ORDER BY user_lane, repository_lane, claim_at, seq LIMIT 1)
            UNION ALL
            SELECT following.* FROM lanes CROSS JOIN LATERAL (
                SELECT t.user_lane, t.repository_lane, t.claim_at, t.seq FROM drafthorse.threads t
                WHERE t.claim_at IS NOT NULL AND (t.user_lane, t.repository_lane) > (lanes.user_lane, lanes.repository_lane)
                ORDER BY t.user_lane, t.repository_lane, t.claim_at, t.seq LIMIT 1) following
        ),
        running AS MATERIALIZED (SELECT user_lane, repository_lane, length(repository) > 0 AS named FROM drafthorse.threads WHERE lease_until > {Now}),
        users AS (SELECT user_lane, count(*) AS runs FROM running GROUP BY user_lane),
        repositories AS (SELECT repository_lane, count(*) AS runs FROM running WHERE named GROUP BY repository_lane)
        SELECT {ThreadColumns}
        FROM lanes JOIN drafthorse.threads t ON t.seq = lanes.seq
            LEFT JOIN users ON users.user_lane = t.user_lane LEFT JOIN repositories ON repositories.repository_lane = t.repository_lane
        WHERE t.claim_at <= {Now} AND coalesce(users.runs, 0) < $2 AND coalesce(repositories.runs, 0) < $3
        ORDER BY coalesce(users.runs, 0), coalesce(repositories.runs, 0), t.claim_at, t.seq
        LIMIT 1 FOR UPDATE OF t
        """;

    public static void Add(SqlBatch batch, LoadedTables tables, ClaimRequest claim, long? fixedNow)
    {
        AddRunning(batch, tables, fixedNow);
        batch.Add(
            row => tables.LoadCandidate(ReadThread(row)),
            Next, fixedNow, (long)claim.MaxPerUser, (long)claim.MaxPerRepository);
    }

    public static void AddRunning(SqlBatch batch, LoadedTables tables, long? fixedNow)
    {
        Dictionary<string, int> users = [], repositories = [];
        tables.Running = new RunningThreads(0, users, repositories);
        batch.Add(
            row =>
            {
                var (user, repository, count) = (ReadText(row, 0), ReadText(row, 1), (int)row.GetInt64(2));
                users[user] = users.GetValueOrDefault(user) + count;
                if (repository.Length > 0)
                    repositories[repository] = repositories.GetValueOrDefault(repository) + count;
                tables.Running = tables.Running with { Total = tables.Running.Total + count };
            },
            $"SELECT user_name, repository, count(*) FROM drafthorse.threads WHERE lease_until > {Now} GROUP BY 1, 2",
            fixedNow);
    }
}
