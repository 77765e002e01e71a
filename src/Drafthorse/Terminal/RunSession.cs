using Drafthorse.Composition;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Terminal.Output;

namespace Drafthorse.Terminal;

/// <summary>Shows a run of this process and carries out the effects that it owes.</summary>
internal sealed class RunSession(Platform platform, IRunOutput output)
{
    private static readonly TimeSpan EffectsTime = TimeSpan.FromMinutes(2);
    private const int EffectsShown = 50;
    private static readonly TimeSpan CancelTime = TimeSpan.FromSeconds(10);
    private static readonly string Here = $"{Environment.MachineName}:{Environment.ProcessId}:";
    private JournalAppended? _end;
    private bool _began;
    private bool _elsewhere;

    /// <summary>The model's last words, once the run has ended; empty when there are none.</summary>
    public string LastMessage => (_end?.Event as RunFinished)?.FinalText ?? "";

    /// <summary>Shows the events until they end. Returns the exit code.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="start">Begins the run; its token ends it wherever it is.</param>
    /// <param name="stop">Cancels the run as a person does.</param>
    /// <param name="leave">Leaves the run where it is, to be gone on with.</param>
    public async Task<int> RunAsync(ThreadId thread, Func<CancellationToken, IAsyncEnumerable<AgentEvent>> start, CancellationToken stop, CancellationToken leave = default)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(leave);
        await using var cancelling = gone.Token.Register(() => Cancel(thread, abandon));
        try
        {
            await foreach (var agentEvent in start(abandon.Token))
            {
                await ShowAsync(agentEvent, gone);
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            if (!_elsewhere && gone.IsCancellationRequested)
                await platform.Store.CancelAsync(thread, long.MaxValue, [], CancellationToken.None);
            _end = null;
        }

        if (_end is not { Event: RunFinished run })
        {
            output.Cancelled(thread, _elsewhere);
            return ExitCodes.Cancelled;
        }

        await CarryOutEffectsAsync(thread, gone.Token);
        await ShowEffectsAsync(_end, gone);
        output.Finished(_end, (await platform.Store.GetThreadAsync(thread, CancellationToken.None))?.PullRequest);
        return gone.IsCancellationRequested ? ExitCodes.Cancelled : ExitCodes.Of(run.Outcome, run.Failure);
    }

    private async Task ShowAsync(AgentEvent agentEvent, CancellationTokenSource gone)
    {
        _began |= agentEvent is JournalAppended { Event: MessagesTaken };
        _elsewhere = agentEvent is RunElsewhere || (_elsewhere && !(agentEvent is JournalAppended { Event: RunStarted started } && started.Owner.StartsWith(Here, StringComparison.Ordinal)));
        try
        {
            if (agentEvent is not JournalAppended { Event: RunFinished } finished)
            {
                output.Show(agentEvent);
                return;
            }

            if (_end is not null)
                output.Show(_end);
            _end = finished;
        }
        catch (OutputClosedException)
        {
            await gone.CancelAsync();
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync($"The run was stopped, as what it says cannot be written: {exception.Message}");
            await gone.CancelAsync();
        }
    }

    /// <summary>What became of the draft: the journal says so after the run's end.</summary>
    private async Task ShowEffectsAsync(JournalAppended end, CancellationTokenSource gone)
    {
        foreach (var record in await platform.Store.ReadJournalAsync(end.ThreadId, end.Position + 1, EffectsShown, CancellationToken.None))
        {
            if (record.Event is EffectFinished effect)
                await ShowAsync(new JournalAppended { ThreadId = end.ThreadId, Position = record.Position, At = record.At, Event = effect }, gone);
        }
    }

    /// <summary>Asks the run to end as a cancelled one. It is cut off when it does not, or has not begun.</summary>
    private void Cancel(ThreadId thread, CancellationTokenSource abandon)
    {
        if (!_began || _elsewhere)
        {
            abandon.Cancel();
            return;
        }

        abandon.CancelAfter(CancelTime);
        _ = platform.Store.CancelAsync(thread, long.MaxValue, [], CancellationToken.None);
    }

    private async Task CarryOutEffectsAsync(ThreadId thread, CancellationToken stop)
    {
        if (await platform.Store.CountOutboxAsync(thread, CancellationToken.None) == 0)
            return;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var dispatching = platform.NewDispatcher(thread).RunAsync(done.Token);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(EffectsTime);
        try
        {
            while (true)
            {
                var change = platform.Store.WaitForChangeAsync(thread, TimeSpan.FromMilliseconds(500), late.Token);
                if (await platform.Store.CountOutboxAsync(thread, late.Token) == 0)
                    break;
                await change;
            }
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("The draft is not open yet. It is tried again when this thread is gone on with, or by drafthorse serve.");
        }

        await done.CancelAsync();
        await dispatching;
    }
}
