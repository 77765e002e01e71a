using Drafthorse.Harness.Threads;
using Npgsql;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>
/// The tables. Text that others chose is kept as bytes, for PostgreSQL's text has no NUL; where it is looked up, an index lies on its digest, for an
/// index entry has a greatest size.
/// </summary>
internal static class PostgresSchema
{
    public const int Version = 1;

    // One lock for all processes that prepare the tables; any number that others are unlikely to use: "DRFT".
    private const long PrepareLock = 0x44524654;

    private static readonly string[] First =
    [
        "CREATE TABLE drafthorse.version (version int NOT NULL)",
        "CREATE TABLE drafthorse.control (id int PRIMARY KEY)",
        "INSERT INTO drafthorse.control VALUES (1)",
        """
        CREATE TABLE drafthorse.threads (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id uuid NOT NULL UNIQUE,
            key bytea NOT NULL,
            origin text NOT NULL,
            user_name bytea NOT NULL,
            user_lane bytea NOT NULL,
            repository bytea NOT NULL,
            repository_lane bytea NOT NULL,
            created_at bigint NOT NULL,
            state text NOT NULL,
            rest_state text NOT NULL,
            facts text,
            pull_request text,
            updated_at bigint NOT NULL,
            claim_at bigint,
            wake_at bigint,
            journal_length bigint NOT NULL,
            inbox_next bigint NOT NULL,
            inbox_depth int NOT NULL,
            token bigint NOT NULL,
            owner bytea,
            lease_until bigint,
            takeovers int NOT NULL,
            inbox_at_claim bigint NOT NULL,
            commit_sequence bigint NOT NULL,
            commit_position bigint NOT NULL,
            cancelled_up_to bigint NOT NULL,
            outbox_at bigint,
            outbox_token bigint NOT NULL,
            outbox_until bigint,
            outbox_entry bigint,
            outbox_revision bigint NOT NULL
        ) WITH (fillfactor = 80)
        """,
        "CREATE INDEX threads_claim ON drafthorse.threads (claim_at) WHERE claim_at IS NOT NULL",
        "CREATE INDEX threads_lane ON drafthorse.threads (user_lane, repository_lane, claim_at, seq) WHERE claim_at IS NOT NULL",
        "CREATE INDEX threads_running ON drafthorse.threads (lease_until) WHERE lease_until IS NOT NULL",
        "CREATE INDEX threads_outbox ON drafthorse.threads (outbox_at, seq) WHERE outbox_at IS NOT NULL",
        "CREATE INDEX threads_by_update ON drafthorse.threads (updated_at, seq) WHERE inbox_next > 0",
        "CREATE INDEX threads_by_state ON drafthorse.threads (state, updated_at, seq) WHERE inbox_next > 0",
        "CREATE INDEX threads_by_repository ON drafthorse.threads (repository_lane, updated_at, seq) WHERE inbox_next > 0",
        "CREATE INDEX threads_by_user ON drafthorse.threads (user_lane, updated_at, seq) WHERE inbox_next > 0",
        """
        CREATE TABLE drafthorse.messages (
            thread bigint NOT NULL,
            position bigint NOT NULL,
            message_id bytea NOT NULL,
            digest bytea NOT NULL,
            enqueued_at bigint NOT NULL,
            ready_at bigint NOT NULL,
            text_hash bytea NOT NULL,
            version bigint NOT NULL,
            state int NOT NULL,
            body text,
            PRIMARY KEY (thread, position)
        )
        """,
        "CREATE INDEX messages_pending ON drafthorse.messages (thread, position) WHERE state = 0",
        "CREATE INDEX messages_by_id ON drafthorse.messages (thread, digest, position)",
        """
        CREATE TABLE drafthorse.deliveries (
            thread bigint NOT NULL,
            digest bytea NOT NULL,
            position bigint NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (thread, digest)
        )
        """,
        "CREATE INDEX deliveries_at ON drafthorse.deliveries USING brin (at)",
        """
        CREATE TABLE drafthorse.journal (
            thread bigint NOT NULL,
            position bigint NOT NULL,
            at bigint NOT NULL,
            kind text NOT NULL,
            version int NOT NULL,
            data text NOT NULL,
            PRIMARY KEY (thread, position)
        )
        """,
        """
        CREATE TABLE drafthorse.outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            thread bigint NOT NULL,
            key bytea NOT NULL,
            digest bytea NOT NULL,
            kind bytea NOT NULL,
            payload bytea NOT NULL,
            created_at bigint NOT NULL,
            due_at bigint NOT NULL,
            attempts int NOT NULL,
            revision bigint NOT NULL,
            UNIQUE (thread, digest)
        )
        """,
        "CREATE TABLE drafthorse.spent (digest bytea PRIMARY KEY, scope bytea NOT NULL, amount numeric NOT NULL)",
        """
        CREATE TABLE drafthorse.reservations (
            digest bytea PRIMARY KEY,
            amount numeric NOT NULL,
            expires_at bigint NOT NULL,
            scopes bytea[] NOT NULL,
            digests bytea[] NOT NULL,
            settled boolean NOT NULL
        )
        """,
        "CREATE INDEX reservations_expiry ON drafthorse.reservations (expires_at)",
        "CREATE TABLE drafthorse.operations (id uuid PRIMARY KEY, at bigint NOT NULL)",
        "CREATE INDEX operations_at ON drafthorse.operations USING brin (at)",
        "INSERT INTO drafthorse.version VALUES (1)",
    ];

    /// <summary>Makes the tables once, whoever comes first; refuses those of a newer version and of another program.</summary>
    public static async Task PrepareAsync(NpgsqlDataSource source, string place, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock({PrepareLock})", cancellationToken).ConfigureAwait(false);
        var version = await ScalarAsync(connection, "SELECT to_regclass('drafthorse.version')::text", cancellationToken).ConfigureAwait(false) is null
            ? 0
            : (int?)await ScalarAsync(connection, "SELECT max(version) FROM drafthorse.version", cancellationToken).ConfigureAwait(false) ?? 0;
        if (version > Version)
            throw new ThreadStoreException(ThreadStoreError.NewerVersion, $"{place} has version {version} of the tables, made by a newer Drafthorse; this one reads version {Version}. Run the newer Drafthorse, or name another database.");

        if (version == 0)
        {
            if (await ScalarAsync(connection, "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace('drafthorse')", cancellationToken).ConfigureAwait(false) is > 0L)
                throw new ThreadStoreException(ThreadStoreError.Damaged, $"{place} has a schema \"drafthorse\" with the tables of another program. Name another database in DATABASE_URL.");

            await RunAsync(connection, "CREATE SCHEMA IF NOT EXISTS drafthorse", cancellationToken).ConfigureAwait(false);
            foreach (var statement in First)
                await RunAsync(connection, statement, cancellationToken).ConfigureAwait(false);
        }

        // Came later than version 1, and is nothing to an older Drafthorse.
        if (await ScalarAsync(connection, "SELECT to_regclass('drafthorse.marks')::text", cancellationToken).ConfigureAwait(false) is null)
            await RunAsync(connection, "CREATE TABLE drafthorse.marks (name text PRIMARY KEY, value text NOT NULL)", cancellationToken).ConfigureAwait(false);

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is { } value and not DBNull ? value : null;
    }
}
