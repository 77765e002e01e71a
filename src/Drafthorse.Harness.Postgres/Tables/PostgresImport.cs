using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Threads.Archive;
using static Drafthorse.Harness.Postgres.Tables.PostgresRows;

namespace Drafthorse.Harness.Postgres.Tables;

/// <summary>Takes rows of another store, and keeps what the store says about itself.</summary>
internal static class PostgresImport
{
    private const string OfThread = "(SELECT seq FROM drafthorse.threads WHERE id = $1)";

    public static void Add(SqlBatch batch, StoredRow row)
    {
        switch (row)
        {
            case StoredMessage { Thread: var thread, Row: var message }:
                batch.Add(
                    $"""
                    INSERT INTO drafthorse.messages (thread, position, message_id, digest, enqueued_at, ready_at, text_hash, version, state, body) VALUES ({OfThread}, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                    ON CONFLICT (thread, position) DO UPDATE SET message_id = excluded.message_id, digest = excluded.digest, enqueued_at = excluded.enqueued_at, ready_at = excluded.ready_at,
                        text_hash = excluded.text_hash, version = excluded.version, state = excluded.state, body = excluded.body
                    """,
                    thread.Value, message.Position, Bytes(message.MessageId), Digest(message.MessageId), message.EnqueuedAt, message.ReadyAt, message.TextHash, message.Version, (int)message.State, message.Body);
                break;
            case StoredRecord { Thread: var thread, Record: var record }:
                batch.Add(
                    $"""
                    INSERT INTO drafthorse.journal (thread, position, at, kind, version, data) VALUES ({OfThread}, $2, $3, $4, $5, $6)
                    ON CONFLICT (thread, position) DO UPDATE SET at = excluded.at, kind = excluded.kind, version = excluded.version, data = excluded.data
                    """,
                    thread.Value, record.Position, record.At.ToUnixTimeMilliseconds(), record.Kind, record.Version, record.Data);
                break;
            case StoredEffect { Thread: var thread, Row: var effect }:
                batch.Add(
                    $"""
                    INSERT INTO drafthorse.outbox (id, thread, key, digest, kind, payload, created_at, due_at, attempts, revision) OVERRIDING SYSTEM VALUE VALUES ($2, {OfThread}, $3, $4, $5, $6, $7, $8, $9, $10)
                    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, payload = excluded.payload, created_at = excluded.created_at, due_at = excluded.due_at,
                        attempts = excluded.attempts, revision = excluded.revision
                    """,
                    thread.Value, effect.Id, Bytes(effect.Key), Digest(effect.Key), Bytes(effect.Kind), Bytes(effect.Payload), effect.CreatedAt, effect.DueAt, effect.Attempts, effect.Revision);
                break;
            case StoredEffectDone done:
                batch.Add("DELETE FROM drafthorse.outbox WHERE id = $1", done.Id);
                break;
            case StoredDelivery delivery:
                batch.Add(
                    $"INSERT INTO drafthorse.deliveries (thread, digest, position, at) VALUES ({OfThread}, $2, $3, $4) ON CONFLICT (thread, digest) DO UPDATE SET position = excluded.position, at = excluded.at",
                    delivery.Thread.Value, Convert.FromHexString(delivery.Digest), delivery.Position, delivery.At);
                break;
            case StoredSpending spending:
                batch.Add("INSERT INTO drafthorse.spent (digest, scope, amount) VALUES ($1, $2, $3) ON CONFLICT (digest) DO UPDATE SET amount = excluded.amount", Digest(spending.Scope), Bytes(spending.Scope), spending.Amount);
                break;
            case StoredReservation { Digest: var digest, Row: var reservation }:
                batch.Add(
                    "INSERT INTO drafthorse.reservations (digest, amount, expires_at, scopes, digests, settled) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO UPDATE SET settled = excluded.settled",
                    Convert.FromHexString(digest), reservation.Amount, reservation.ExpiresAt, reservation.Scopes.Select(Bytes).ToArray(), reservation.Scopes.Select(Digest).ToArray(), reservation.Settled);
                break;
        }
    }

    public static void AddMark(SqlBatch batch, string name, string? value)
    {
        // Effects of another store came with their own numbers; those to come are above them. Nobody makes one now: this mark is set alone.
        if (name == StoreClosure.Mark)
            batch.Add(_ => { }, "SELECT setval('drafthorse.outbox_id_seq', greatest((SELECT last_value FROM drafthorse.outbox_id_seq), (SELECT coalesce(max(id), 1) FROM drafthorse.outbox)))");
        if (value is null)
            batch.Add("DELETE FROM drafthorse.marks WHERE name = $1", name);
        else
            batch.Add("INSERT INTO drafthorse.marks (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);
    }
}
