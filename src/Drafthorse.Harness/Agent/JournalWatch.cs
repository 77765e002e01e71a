using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Shows what other processes add to a thread's journal, from a position on; null = from the first look on.</summary>
internal sealed class JournalWatch(IThreadStore store, ThreadId threadId, long? from)
{
    private const int Page = 200;
    private long? _next = from;
    private bool _told;

    public ThreadId ThreadId => threadId;

    /// <summary>Says once that another process runs the thread.</summary>
    public void Tell(Action<AgentEvent> watcher)
    {
        if (!_told)
        {
            _told = true;
            watcher(new RunElsewhere { ThreadId = threadId });
        }
    }

    /// <summary>This process has run the thread itself and shown it.</summary>
    public void Forget()
    {
        _next = null;
        _told = false;
    }

    public async Task CatchUpAsync(long end, Action<AgentEvent> watcher, CancellationToken cancellationToken)
    {
        _next ??= end;
        while (_next < end)
        {
            foreach (var record in await store.ReadJournalAsync(threadId, _next.Value, Page, cancellationToken).ConfigureAwait(false))
            {
                _next = record.Position + 1;
                if (record.Event is { } journalEvent)
                {
                    watcher(new JournalAppended { ThreadId = threadId, Position = record.Position, At = record.At, Event = journalEvent });
                }
            }
        }
    }
}
