using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using static Drafthorse.Harness.Postgres.Tables.PostgresRows;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>Writes what an operation changed, in one batch. Rows that are new are plain inserts: where two operations make the same one, the second fails and runs again.</summary>
internal static class PostgresChanges
{
    private const string OfThread = "(SELECT seq FROM drafthorse.threads WHERE id = $1)";

    private const string Insert = """
        INSERT INTO drafthorse.threads (id, state, rest_state, facts, pull_request, updated_at, claim_at, wake_at, journal_length, inbox_next, inbox_depth,
            token, owner, lease_until, takeovers, inbox_at_claim, commit_sequence, commit_position, cancelled_up_to, outbox_at, outbox_token, outbox_until,
            outbox_entry, outbox_revision, origin, repository, repository_lane, key, user_name, user_lane, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
        """;

    private const string Update = """
        UPDATE drafthorse.threads SET state = $2, rest_state = $3, facts = $4, pull_request = $5, updated_at = $6, claim_at = $7, wake_at = $8,
            journal_length = $9, inbox_next = $10, inbox_depth = $11, token = $12, owner = $13, lease_until = $14, takeovers = $15, inbox_at_claim = $16,
            commit_sequence = $17, commit_position = $18, cancelled_up_to = $19, outbox_at = $20, outbox_token = $21, outbox_until = $22,
            outbox_entry = $23, outbox_revision = $24, origin = $25, repository = $26, repository_lane = $27
        WHERE id = $1
        """;

    public static void Add(SqlBatch batch, LoadedTables tables)
    {
        var written = tables.Written;
        foreach (var row in written.Threads.Values)
            AddThread(batch, row, written.IsNewThread);

        if (tables.Subject is { } thread)
            AddOfThread(batch, thread.Value, tables);

        foreach (var (scope, (amount, isNew)) in written.Spent.OrderBy(spent => spent.Key, StringComparer.Ordinal))
        {
            if (isNew)
                batch.Add("INSERT INTO drafthorse.spent (digest, scope, amount) VALUES ($1, $2, $3)", Digest(scope), Bytes(scope), amount);
            else
                batch.Add("UPDATE drafthorse.spent SET amount = $2 WHERE digest = $1", Digest(scope), amount);
        }

        if (written.Reservation is { } reservation)
            AddReservation(batch, reservation.Row, reservation.IsNew);
        foreach (var row in written.Imported)
            PostgresImport.Add(batch, row);
        if (written.Mark is var (name, value))
            PostgresImport.AddMark(batch, name, value);
    }

    private static void AddThread(SqlBatch batch, ThreadRow row, bool isNew)
    {
        object?[] changing =
        [
            row.Id.Value, row.State.ToString(), row.RestState.ToString(), row.FactsJson, row.PullRequestJson, row.UpdatedAt, row.ClaimAt, row.WakeAt,
            row.JournalLength, row.InboxNext, row.InboxDepth, row.Token, row.Owner is null ? null : Bytes(row.Owner), row.LeaseUntil, row.Takeovers,
            row.InboxAtClaim, row.CommitSequence, row.CommitPosition, row.CancelledUpTo, row.OutboxAt, row.OutboxToken, row.OutboxUntil,
            row.OutboxEntry, row.OutboxRevision, row.OriginJson, Bytes(row.Repository), Digest(row.Repository),
        ];
        if (isNew)
            batch.Add(Insert, [.. changing, Bytes(row.Key), Bytes(row.User), Digest(row.User), row.CreatedAt]);
        else
            batch.Add(Update, changing);
    }

    private static void AddOfThread(SqlBatch batch, Guid thread, LoadedTables tables)
    {
        var written = tables.Written;
        if (written.Delivery is { } delivery)
        {
            batch.Add(
                $"INSERT INTO drafthorse.deliveries (thread, digest, position, at) VALUES ({OfThread}, $2, $3, $4) ON CONFLICT (thread, digest) DO UPDATE SET position = excluded.position, at = excluded.at",
                thread, Digest(delivery.Id), delivery.Position, tables.Now);
        }

        foreach (var row in written.NewMessages)
        {
            batch.Add(
                $"INSERT INTO drafthorse.messages (thread, position, message_id, digest, enqueued_at, ready_at, text_hash, version, state, body) VALUES ({OfThread}, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                thread, row.Position, Bytes(row.MessageId), Digest(row.MessageId), row.EnqueuedAt, row.ReadyAt, row.TextHash, row.Version, (int)row.State, row.Body);
        }

        foreach (var row in written.Messages.Values)
            batch.Add($"UPDATE drafthorse.messages SET version = $3, state = $4, body = $5 WHERE thread = {OfThread} AND position = $2", thread, row.Position, row.Version, (int)row.State, row.Body);

        foreach (var record in written.Journal)
        {
            batch.Add(
                $"INSERT INTO drafthorse.journal (thread, position, at, kind, version, data) VALUES ({OfThread}, $2, $3, $4, $5, $6)",
                thread, record.Position, record.At.ToUnixTimeMilliseconds(), record.Kind, record.Version, record.Data);
        }

        foreach (var row in written.NewOutbox)
        {
            batch.Add(
                $"INSERT INTO drafthorse.outbox (thread, key, digest, kind, payload, created_at, due_at, attempts, revision) VALUES ({OfThread}, $2, $3, $4, $5, $6, $7, $8, $9)",
                thread, Bytes(row.Key), Digest(row.Key), Bytes(row.Kind), Bytes(row.Payload), row.CreatedAt, row.DueAt, row.Attempts, row.Revision);
        }

        foreach (var row in written.Outbox.Values)
        {
            batch.Add(
                "UPDATE drafthorse.outbox SET kind = $2, payload = $3, created_at = $4, due_at = $5, attempts = $6, revision = $7 WHERE id = $1",
                row.Id, Bytes(row.Kind), Bytes(row.Payload), row.CreatedAt, row.DueAt, row.Attempts, row.Revision);
        }

        foreach (var id in written.DeletedOutbox)
            batch.Add("DELETE FROM drafthorse.outbox WHERE id = $1", id);
    }

    private static void AddReservation(SqlBatch batch, ReservationRow row, bool isNew)
    {
        if (isNew)
        {
            batch.Add(
                "INSERT INTO drafthorse.reservations (digest, amount, expires_at, scopes, digests, settled) VALUES ($1, $2, $3, $4, $5, $6)",
                Digest(row.Id), row.Amount, row.ExpiresAt, row.Scopes.Select(Bytes).ToArray(), row.Scopes.Select(Digest).ToArray(), row.Settled);
        }
        else
        {
            batch.Add("UPDATE drafthorse.reservations SET settled = $2 WHERE digest = $1", Digest(row.Id), row.Settled);
        }
    }
}
