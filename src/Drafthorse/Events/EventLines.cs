using System.Runtime.CompilerServices;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Events;

/// <summary>A thread's events as lines of JSON, as they come.</summary>
internal static class EventLines
{
    /// <summary>The lines from a journal position on, each with its event's position. Ends only by cancellation.</summary>
    public static async IAsyncEnumerable<(long Position, ReadOnlyMemory<byte> Line)> FollowAsync(
        IThreadStore store, ThreadId thread, long fromPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in store.FollowJournalAsync(thread, fromPosition, cancellationToken))
        {
            if (record.Event is not { } journalEvent)
                continue;

            // A thread gets its pull request while it is followed.
            var pullRequest = journalEvent is RunFinished ? (await store.GetThreadAsync(thread, cancellationToken))?.PullRequest : null;
            foreach (var line in EventJson.Write(thread, record.Position, record.At, journalEvent, pullRequest))
                yield return (record.Position, line);
        }
    }
}
