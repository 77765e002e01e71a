namespace Drafthorse.Harness.Runs;

/// <summary>How a worker claims and runs threads.</summary>
public sealed class ThreadWorkerOptions
{
    /// <summary>The replica's unique name. By the default (machine, process, its start and a random part) others on the machine see
    /// that the process is gone, and need not wait for its leases.</summary>
    public string Owner { get; set; } = OwnerName.New();

    /// <summary>Where the workers of one machine that share a store on it hold a lock file each, which the system lets go of when they
    /// die: whoever sees that takes their threads over at once. Null = none, a dead worker's leases run out.</summary>
    public string? OwnersDirectory { get; set; }

    /// <summary>Most runs of this worker at the same time (default 8).</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>How long a lease lasts without renewal (default 30 s).</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most threads that run at the same time, over all replicas.</summary>
    public RunLimits Limits { get; set; } = new();

    /// <summary>Takeovers without progress after which a thread is parked instead of run (default 3).</summary>
    public int TakeoverLimit { get; set; } = 3;

    /// <summary>The longest time between two looks for work when no hint comes (default 1 s, with jitter).</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a stopping worker waits for its runs to end a step before it cuts them off (default 60 s).</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(60);
}
