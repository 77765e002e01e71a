using System.Runtime.CompilerServices;

namespace Drafthorse.Harness.Threads;

/// <summary>Reads a journal and goes on as it grows.</summary>
public static class JournalFollower
{
    private const int Page = 200;

    /// <summary>
    /// The records of a thread from a position on: first those that are there, then each as it is committed. Ends only by
    /// cancellation (<see cref="OperationCanceledException"/>) or when the caller stops.
    /// </summary>
    public static async IAsyncEnumerable<JournalRecord> FollowJournalAsync(
        this IThreadStore store, ThreadId threadId, long fromPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                var change = store.WaitForChangeAsync(threadId, TimeSpan.FromMilliseconds(Random.Shared.Next(750, 1250)), ended.Token);
                IReadOnlyList<JournalRecord> records;
                do
                {
                    records = await store.ReadJournalAsync(threadId, fromPosition, Page, cancellationToken).ConfigureAwait(false);
                    foreach (var record in records)
                    {
                        yield return record;
                        fromPosition = record.Position + 1;
                    }
                }
                while (records.Count == Page);

                await change.ConfigureAwait(false);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }
}
