using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Harness.Sqlite.Tables;

/// <summary>The tables. Journal records and messages have the thread's number and their position as one integer key, so that each
/// thread's rows lie together and are found in one descent, whatever else the file holds.</summary>
internal static class SqliteSchema
{
    public const int Version = 1;

    /// <summary>Marks the file as ours: "DRFT".</summary>
    public const int ApplicationId = 0x44524654;

    public static readonly string[] Statements =
    [
        """
        CREATE TABLE threads (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            key TEXT NOT NULL,
            origin TEXT NOT NULL,
            user_name TEXT NOT NULL,
            repository TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            rest_state TEXT NOT NULL,
            facts TEXT,
            pull_request TEXT,
            updated_at INTEGER NOT NULL,
            claim_at INTEGER,
            wake_at INTEGER,
            journal_length INTEGER NOT NULL,
            inbox_next INTEGER NOT NULL,
            inbox_depth INTEGER NOT NULL,
            token INTEGER NOT NULL,
            owner TEXT,
            lease_until INTEGER,
            takeovers INTEGER NOT NULL,
            inbox_at_claim INTEGER NOT NULL,
            commit_sequence INTEGER NOT NULL,
            commit_position INTEGER NOT NULL,
            cancelled_up_to INTEGER NOT NULL,
            outbox_at INTEGER,
            outbox_token INTEGER NOT NULL,
            outbox_until INTEGER,
            outbox_entry INTEGER,
            outbox_revision INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX threads_claim ON threads (claim_at) WHERE claim_at IS NOT NULL",
        "CREATE INDEX threads_lane ON threads (user_name, repository, claim_at, seq) WHERE claim_at IS NOT NULL",
        "CREATE INDEX threads_running ON threads (lease_until, user_name, repository) WHERE lease_until IS NOT NULL",
        "CREATE INDEX threads_outbox ON threads (outbox_at) WHERE outbox_at IS NOT NULL",
        "CREATE INDEX threads_by_update ON threads (updated_at, seq) WHERE inbox_next > 0",
        "CREATE INDEX threads_by_state ON threads (state, updated_at, seq) WHERE inbox_next > 0",
        "CREATE INDEX threads_by_repository ON threads (repository, updated_at, seq) WHERE inbox_next > 0",
        "CREATE INDEX threads_by_user ON threads (user_name, updated_at, seq) WHERE inbox_next > 0",
        """
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY,
            thread INTEGER NOT NULL,
            message_id TEXT NOT NULL,
            enqueued_at INTEGER NOT NULL,
            ready_at INTEGER NOT NULL,
            text_hash BLOB NOT NULL,
            version INTEGER NOT NULL,
            state INTEGER NOT NULL,
            body TEXT
        ) STRICT
        """,
        "CREATE INDEX messages_pending ON messages (id) WHERE state = 0",
        "CREATE INDEX messages_by_id ON messages (thread, message_id)",
        """
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY,
            thread INTEGER NOT NULL,
            delivery TEXT NOT NULL,
            position INTEGER NOT NULL,
            at INTEGER NOT NULL,
            UNIQUE (thread, delivery)
        ) STRICT
        """,
        """
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            version INTEGER NOT NULL,
            data TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            thread INTEGER NOT NULL,
            key TEXT NOT NULL,
            kind TEXT NOT NULL,
            payload TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            UNIQUE (thread, key)
        ) STRICT
        """,
        "CREATE TABLE spent (scope TEXT PRIMARY KEY, usd TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE reservations (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            usd TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            scopes TEXT NOT NULL,
            settled INTEGER NOT NULL
        ) STRICT
        """,
    ];

    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(10);

    /// <summary>Makes the tables in a new file; refuses a file of a newer version or of another program.</summary>
    public static void Prepare(SqliteSession session, string path)
    {
        session.WaitForLocks(LockTime);
        TurnWalOn(session);
        session.Run("PRAGMA synchronous = FULL");
        session.Run("BEGIN IMMEDIATE");
        try
        {
            var version = session.Scalar("PRAGMA user_version") ?? 0;
            if (version == 0 && session.Scalar("SELECT count(*) FROM sqlite_schema") == 0)
            {
                foreach (var statement in Statements)
                {
                    session.Run(statement);
                }

                session.Run($"PRAGMA application_id = {ApplicationId}");
                session.Run($"PRAGMA user_version = {Version}");
            }
            else if (session.Scalar("PRAGMA application_id") != ApplicationId)
            {
                throw new ThreadStoreException(
                    ThreadStoreError.Damaged,
                    $"{path} is a database of another program, not a thread store. Name another file.");
            }
            else if (version > Version)
            {
                throw new ThreadStoreException(
                    ThreadStoreError.NewerVersion,
                    $"The thread store {path} has version {version}, written by a newer Drafthorse; this one reads version {Version}. Run the newer Drafthorse, or name another file.");
            }

            // Came later than version 1, and is nothing to an older Drafthorse.
            session.Run("CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID");
            session.Run("COMMIT");
        }
        catch
        {
            if (session.InTransaction)
            {
                session.Run("ROLLBACK");
            }

            throw;
        }
    }

    /// <summary>Where two processes do this to a new file at once, SQLite refuses one of them without waiting.</summary>
    private static void TurnWalOn(SqliteSession session)
    {
        for (var began = Environment.TickCount64; ; Thread.Sleep(5))
        {
            try
            {
                session.Run("PRAGMA journal_mode = WAL");
                return;
            }
            catch (SqliteException exception) when (SqliteErrors.IsLocked(exception) && Environment.TickCount64 - began < LockTime.TotalMilliseconds)
            {
                // The other one is at it.
            }
        }
    }
}
