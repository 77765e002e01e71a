namespace Drafthorse.Tests.Models;

/// <summary>Time in which every wait up to a bound is over at once, and is remembered; longer ones never end.</summary>
internal sealed class InstantTime(TimeSpan longest) : TimeProvider
{
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new InstantTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class InstantTimer(InstantTime time, Action fire) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime <= time._longest)
            {
                lock (time.Waits)
                {
                    time.Waits.Add(dueTime);
                }

                ThreadPool.QueueUserWorkItem(_ => fire());
            }

            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private readonly TimeSpan _longest = longest;
}
