using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>Finds the thread to claim. It steps over lanes (user and repository) with claimable threads and looks at the oldest
/// of each only, so neither idle threads nor one user's long queue cost anything.</summary>
internal static class SqliteClaims
{
    public static long? Next(SqliteSession session, long now, RunningThreads running, int maxPerUser, int maxPerRepository)
    {
        (int User, int Repository, long ClaimAt, long Seq)? best = null;
        var (user, repository) = ("", "");
        for (var lane = FirstLane(session); lane is { } head; lane = NextLane(session, user, repository))
        {
            (user, repository) = (head.User, head.Repository);
            var candidate = (running.OfUser(user), running.OfRepository(repository), head.ClaimAt, head.Seq);
            if (head.ClaimAt <= now && candidate.Item1 < maxPerUser && candidate.Item2 < maxPerRepository
                && (best is null || candidate.CompareTo(best.Value) < 0))
            {
                best = candidate;
            }
        }

        return best?.Seq;
    }

    public static RunningThreads CountRunning(SqliteSession session, long now)
    {
        var total = 0;
        Dictionary<string, int> users = [], repositories = [];
        using var row = session.Use("SELECT user_name, repository FROM threads WHERE lease_until > ?1").Bind(1, now);
        while (row.Step())
        {
            var (user, repository) = (row.Text(0), row.Text(1));
            total++;
            users[user] = users.GetValueOrDefault(user) + 1;
            if (repository.Length > 0)
            {
                repositories[repository] = repositories.GetValueOrDefault(repository) + 1;
            }
        }

        return new RunningThreads(total, users, repositories);
    }

    private static (string User, string Repository, long ClaimAt, long Seq)? FirstLane(SqliteSession session) => Read(session.Use(
        """
        SELECT user_name, repository, claim_at, seq FROM threads INDEXED BY threads_lane
        WHERE claim_at IS NOT NULL ORDER BY user_name, repository, claim_at, seq LIMIT 1
        """));

    private static (string User, string Repository, long ClaimAt, long Seq)? NextLane(SqliteSession session, string user, string repository) => Read(session.Use(
        """
        SELECT user_name, repository, claim_at, seq FROM threads INDEXED BY threads_lane
        WHERE claim_at IS NOT NULL AND (user_name, repository) > (?1, ?2) ORDER BY user_name, repository, claim_at, seq LIMIT 1
        """).Bind(1, user).Bind(2, repository));

    private static (string User, string Repository, long ClaimAt, long Seq)? Read(SqliteStatement row)
    {
        using (row)
        {
            return row.Step() ? (row.Text(0), row.Text(1), row.Int64(2), row.Int64(3)) : null;
        }
    }
}
