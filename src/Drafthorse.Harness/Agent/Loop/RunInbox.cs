using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Messages and cancels that reach a thread while it runs.</summary>
internal sealed class RunInbox(IThreadStore store, RunContext run, CancellationTokenSource runCancelled, CancellationToken draining) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<CancellationTokenSource> _interruptible = [];
    private long _takenUpTo = -1;
    private bool _steerWaits;
    private Task _watching = Task.CompletedTask;
    private bool _first = true;

    /// <summary>Whether a person cancelled the run.</summary>
    public bool IsCancelled { get; private set; }

    public void Watch() => _watching = Task.Run(WatchAsync);

    /// <summary>Takes the messages that are due into the conversation: all of them when the run begins, later those that do not
    /// wait for its end. A step begins here: a replica that is draining stops before it.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        draining.ThrowIfCancellationRequested();
        await TakeDueAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes what the run began with when it ends without a step: else it would begin anew for the same messages for ever.</summary>
    public Task TakeUntakenAsync(CancellationToken cancellationToken) => _first ? TakeDueAsync(cancellationToken) : Task.CompletedTask;

    private async Task TakeDueAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _steerWaits = false;
        }

        var due = await ReadDueAsync(cancellationToken).ConfigureAwait(false);
        _first = false;
        if (due.Count > 0)
        {
            lock (_gate)
            {
                _takenUpTo = Math.Max(_takenUpTo, due[^1].Position);
            }

            var taken = PlanTaking.Of(run.Facts, due, run.Get<PlanRules>()?.Always, run.Conversation.Plan?.Content, run.JournalEnd);
            RunNotes.Of(run).Add(taken.Notes);
            await run.CommitAsync(
                new RunCommit { Events = taken.Events, Consumed = [.. due.Select(entry => entry.Position)], ChangeFacts = taken.Change },
                cancellationToken).ConfigureAwait(false);
            if (taken.BeginsPlanMode)
                await run.EndCommandsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<bool> HasNewAsync(CancellationToken cancellationToken) =>
        (await ReadDueAsync(cancellationToken).ConfigureAwait(false)).Count > 0;

    /// <summary>A token that is cancelled when a message that steers arrives, or waits already.</summary>
    public Interruption InterruptOnSteer(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bool waits;
        lock (_gate)
        {
            _interruptible.Add(source);
            waits = _steerWaits;
        }

        if (waits)
        {
            source.Cancel();
        }

        return new Interruption(this, source);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<IReadOnlyList<InboxEntry>> ReadDueAsync(CancellationToken cancellationToken)
    {
        var entries = await store.ReadInboxAsync(run.Thread.Id, cancellationToken).ConfigureAwait(false);
        return _first ? entries : [.. entries.Where(entry => entry.Message.Mode != DeliveryMode.Queue)];
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            // The wait begins before the look, so that nothing comes unseen between them.
            var change = store.WaitForChangeAsync(run.Thread.Id, TimeSpan.FromSeconds(1), _stop.Token);
            try
            {
                if (await LookAsync().ConfigureAwait(false))
                    return;
            }
            catch (ThreadStoreException)
            {
                // The store is busy or away for a while; the run's own writes say so. People's words are looked for again.
            }

            await change.ConfigureAwait(false);
        }
    }

    /// <summary>Looks once. True when a person cancelled the run.</summary>
    private async Task<bool> LookAsync()
    {
        if (run.Conversation.FirstMessageOfRun is { } first
            && await store.GetCancelledUpToAsync(run.Thread.Id, _stop.Token).ConfigureAwait(false) >= first)
        {
            IsCancelled = true;
            await runCancelled.CancelAsync().ConfigureAwait(false);
            return true;
        }

        var entries = await store.ReadInboxAsync(run.Thread.Id, _stop.Token).ConfigureAwait(false);
        Interrupt([.. entries.Where(entry => entry.Message.Mode == DeliveryMode.Steer)]);
        return false;
    }

    private void Interrupt(IReadOnlyList<InboxEntry> steering)
    {
        List<CancellationTokenSource> interrupted;
        lock (_gate)
        {
            // What was taken meanwhile has been seen; only a newer message interrupts.
            if (_steerWaits || !steering.Any(entry => entry.Position > _takenUpTo))
            {
                return;
            }

            _steerWaits = true;
            interrupted = [.. _interruptible];
        }

        foreach (var source in interrupted)
        {
            try
            {
                source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The interrupted call ended by itself just before.
            }
        }
    }

    /// <summary>One call that a message may interrupt.</summary>
    internal readonly struct Interruption(RunInbox inbox, CancellationTokenSource source) : IDisposable
    {
        public CancellationToken Token => source.Token;

        public bool IsRequested => source.IsCancellationRequested;

        public void Dispose()
        {
            lock (inbox._gate)
            {
                inbox._interruptible.Remove(source);
            }

            source.Dispose();
        }
    }
}
