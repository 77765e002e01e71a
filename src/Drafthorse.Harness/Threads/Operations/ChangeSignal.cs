namespace Drafthorse.Harness.Threads.Operations;

/// <summary>Wakes those who wait in this process: for one thread, or for any work.</summary>
internal sealed class ChangeSignal(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ThreadId, Waiters> _threads = [];
    private Waiters _work = new();
    private int _count;

    public bool HasWaiters => Volatile.Read(ref _count) > 0;

    /// <summary>Waits from the moment of the call on. <paramref name="nextDue"/> may shorten the time.</summary>
    public Task WaitAsync(ThreadId? threadId, TimeSpan atMost, Func<Task<TimeSpan?>> nextDue, CancellationToken cancellationToken)
    {
        Waiters waiters;
        lock (_gate)
        {
            waiters = threadId is not { } id ? _work
                : _threads.TryGetValue(id, out var known) ? known
                : _threads[id] = new Waiters();
            waiters.Count++;
            _count++;
        }

        return WaitAsync(waiters, threadId, atMost, nextDue, cancellationToken);
    }

    public void Raise(IReadOnlyList<Change> changes)
    {
        if (!HasWaiters)
        {
            return;
        }

        foreach (var change in changes)
        {
            Waiters? work = null, thread;
            lock (_gate)
            {
                _threads.Remove(change.ThreadId, out thread);
                if (change.Work)
                {
                    (work, _work) = (_work, new Waiters());
                }
            }

            thread?.Changed.TrySetResult();
            work?.Changed.TrySetResult();
        }
    }

    public void RaiseAll()
    {
        List<Waiters> all;
        lock (_gate)
        {
            all = [.. _threads.Values, _work];
            _threads.Clear();
            _work = new Waiters();
        }

        foreach (var waiters in all)
        {
            waiters.Changed.TrySetResult();
        }
    }

    private async Task WaitAsync(
        Waiters waiters, ThreadId? threadId, TimeSpan atMost, Func<Task<TimeSpan?>> nextDue, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var time = await nextDue().ConfigureAwait(false) is { } due && due < atMost ? due : atMost;
            await Task.WhenAny(waiters.Changed.Task, Task.Delay(time, timeProvider, timer.Token)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            await timer.CancelAsync().ConfigureAwait(false);
            Leave(waiters, threadId);
        }
    }

    private void Leave(Waiters waiters, ThreadId? threadId)
    {
        lock (_gate)
        {
            _count--;
            if (--waiters.Count == 0 && threadId is { } id && _threads.TryGetValue(id, out var current) && current == waiters)
            {
                _threads.Remove(id);
            }
        }
    }

    private sealed class Waiters
    {
        public int Count { get; set; }

        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
