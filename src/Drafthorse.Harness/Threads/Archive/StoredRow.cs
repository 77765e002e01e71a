using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads.Archive;

/// <summary>A row as one store hands it to another. Threads are named by their ids; what stores look up by a digest has only that.</summary>
internal abstract record StoredRow;

/// <param name="Row">The thread.</param>
/// <param name="IndexProblem">How the store's own indexes differ from the row; null = they do not.</param>
internal sealed record StoredThread(ThreadRow Row, string? IndexProblem = null) : StoredRow;

internal sealed record StoredMessage(ThreadId Thread, MessageRow Row) : StoredRow;

internal sealed record StoredRecord(ThreadId Thread, JournalRecord Record) : StoredRow;

internal sealed record StoredEffect(ThreadId Thread, OutboxRow Row) : StoredRow;

/// <summary>An effect that is done in the store that is copied, and is to be removed from the copy.</summary>
internal sealed record StoredEffectDone(ThreadId Thread, long Id) : StoredRow;

/// <param name="Thread">The thread.</param>
/// <param name="Digest">The SHA-256 of the delivery's id, in lower-case hexadecimal digits.</param>
/// <param name="Position">The inbox position that was noted.</param>
/// <param name="At">When it came, in Unix milliseconds.</param>
internal sealed record StoredDelivery(ThreadId Thread, string Digest, long Position, long At) : StoredRow;

internal sealed record StoredSpending(string Scope, decimal Amount) : StoredRow;

/// <param name="Digest">The SHA-256 of the reservation's id, in lower-case hexadecimal digits.</param>
/// <param name="Row">The reservation; its id may be unknown.</param>
internal sealed record StoredReservation(string Digest, ReservationRow Row) : StoredRow;

/// <summary>A row that cannot be read.</summary>
/// <param name="Name">What it is called in its store.</param>
/// <param name="Problem">What is wrong.</param>
internal sealed record StoredDamage(string Name, string Problem) : StoredRow
{
    /// <summary>Reads a row, or says why it cannot be read.</summary>
    public static StoredRow Or(string name, Func<StoredRow> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or FormatException or ArgumentException or InvalidCastException or OverflowException or NotSupportedException or InvalidOperationException)
        {
            return new StoredDamage(name, exception.Message);
        }
    }
}
