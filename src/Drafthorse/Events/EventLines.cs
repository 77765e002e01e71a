using System.Runtime.CompilerServices;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Events;

/// <summary>A thread's events as lines of JSON, as they come.</summary>
internal static class EventLines
{
    /// <summary>The lines from a journal position on. Ends only by cancellation.</summary>
    public static async IAsyncEnumerable<EventLine> FollowAsync(
        IThreadStore store, ThreadId thread, long fromPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in store.FollowJournalAsync(thread, fromPosition, cancellationToken))
        {
            if (record.Event is not { } journalEvent)
                continue;

            // A thread gets its pull request while it is followed.
            var pullRequest = journalEvent is RunFinished ? (await store.GetThreadAsync(thread, cancellationToken))?.PullRequest : null;
            var lines = EventJson.Write(thread, record.Position, record.At, journalEvent, pullRequest).ToList();
            for (var index = 0; index < lines.Count; index++)
                yield return new EventLine(record.Position, lines[index], index == lines.Count - 1);
        }
    }
}

/// <summary>One line.</summary>
/// <param name="Position">The event's position in the journal.</param>
/// <param name="Json">UTF-8, without a line end.</param>
/// <param name="IsLast">Whether it is the last line of its event: who has seen it goes on after the event.</param>
internal readonly record struct EventLine(long Position, ReadOnlyMemory<byte> Json, bool IsLast);
