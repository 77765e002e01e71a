namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>Counts the signals of a plan and kills when they have come.</summary>
internal sealed class KillTrigger(KillPlan plan, ServeProcess process) : IDisposable
{
    private readonly TaskCompletionSource<string> _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disarmed = new();
    private int _left = plan.Count;

    /// <summary>Completes with the last signal before the kill.</summary>
    public Task<string> Killed => _killed.Task;

    public void Signal(KillSignal signal, string what)
    {
        lock (_gate)
        {
            if (signal != plan.Signal || _left <= 0 || --_left > 0 || _disarmed.IsCancellationRequested)
                return;
        }

        if (plan.Delay == TimeSpan.Zero)
            Kill(what);
        else
            _ = Task.Delay(plan.Delay, _disarmed.Token).ContinueWith(_ => Kill(what), _disarmed.Token, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    /// <summary>Nothing is killed from here on. Returns whether something was before.</summary>
    public bool Disarm()
    {
        lock (_gate)
            _disarmed.Cancel();
        return _killed.Task.IsCompleted;
    }

    public void Dispose() => Disarm();

    private void Kill(string what)
    {
        lock (_gate)
        {
            if (_disarmed.IsCancellationRequested)
                return;
            process.Kill();
            _killed.TrySetResult(what);
        }
    }
}
