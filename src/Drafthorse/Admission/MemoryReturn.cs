namespace Drafthorse.Admission;

/// <summary>
/// Gives memory back after a burst. The runtime collects when something is allocated, so a server that has become quiet would keep what
/// the burst took; it is collected here, when hardly anything is allocated any more and nobody notices the pause.
/// </summary>
internal sealed class MemoryReturn(TimeProvider time) : BackgroundService
{
    private const long Quiet = 64 << 20;
    private const long Worthwhile = 8 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (resting, allocated) = (0L, 0L);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var before = allocated;
            allocated = GC.GetTotalAllocatedBytes();
            if (allocated - before > Quiet || Environment.WorkingSet - Worthwhile <= resting)
                continue;
            var held = Environment.WorkingSet;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            resting = Environment.WorkingSet;

            // Pools let go of their arrays only when they see another collection.
            if (held - resting > Worthwhile)
                resting -= Worthwhile + 1;
        }
    }
}
