using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads.Archive;

/// <summary>The SHA-256 of everything that a thread is, the same in every store: of its row, messages, records and effects, in this order.</summary>
internal sealed class ThreadDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The digest of a row that is no thread's.</summary>
    public static string Of(StoredRow row)
    {
        using var digest = new ThreadDigest();
        digest.Add(row);
        return digest.Finish();
    }

    public void Add(StoredRow row)
    {
        switch (row)
        {
            case StoredThread { Row: var thread }:
                Add(thread);
                break;
            case StoredMessage { Row: var message }:
                Add('m', message.Position, message.EnqueuedAt, message.ReadyAt, message.Version, (long)message.State);
                Add(message.MessageId, message.Body, Convert.ToHexString(message.TextHash));
                break;
            case StoredRecord { Record: var record }:
                Add('j', record.Position, record.At.ToUnixTimeMilliseconds(), record.Version);
                Add(record.Kind, record.Data);
                break;
            case StoredEffect { Row: var effect }:
                Add('o', effect.Id, effect.CreatedAt, effect.DueAt, effect.Attempts, effect.Revision);
                Add(effect.Key, effect.Kind, effect.Payload);
                break;
            case StoredDelivery delivery:
                Add('d', delivery.Position, delivery.At);
                Add(delivery.Thread.ToString(), delivery.Digest);
                break;
            case StoredSpending spending:
                Add(spending.Scope, Text(spending.Amount));
                break;
            case StoredReservation { Digest: var digest, Row: var reservation }:
                Add('r', reservation.ExpiresAt, reservation.Settled ? 1 : 0);
                Add([digest, Text(reservation.Amount), .. reservation.Scopes]);
                break;
        }
    }

    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private void Add(ThreadRow row)
    {
        Add(
            't', row.CreatedAt, row.UpdatedAt, row.ClaimAt, row.WakeAt, row.JournalLength, row.InboxNext, row.InboxDepth, row.Token, row.LeaseUntil, row.Takeovers, row.InboxAtClaim,
            row.CommitSequence, row.CommitPosition, row.CancelledUpTo, row.OutboxAt, row.OutboxToken, row.OutboxUntil, row.OutboxEntry, row.OutboxRevision);
        Add(row.Id.ToString(), row.Key, row.OriginJson, row.User, row.Repository, row.State.ToString(), row.RestState.ToString(), row.FactsJson, row.PullRequestJson, row.Owner);
    }

    // An amount is the same whatever zeros a store keeps behind it.
    private static string Text(decimal amount) => (amount / 1.0000000000000000000000000000m).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void Add(params ReadOnlySpan<long?> numbers)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number ?? long.MinValue);
            _hash.AppendData(bytes);
        }
    }

    // Each with its length before it, so that no two lists of texts are the same bytes.
    private void Add(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            Add(text is null ? -1 : Encoding.UTF8.GetByteCount(text));
            _hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
        }
    }
}
