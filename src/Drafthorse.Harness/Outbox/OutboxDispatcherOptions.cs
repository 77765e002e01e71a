using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Outbox;

/// <summary>How effects outside are carried out.</summary>
public sealed class OutboxDispatcherOptions
{
    /// <summary>Carry out only this thread's effects (a terminal, which has not every channel set up); null = all.</summary>
    public ThreadId? Only { get; set; }

    /// <summary>Most effects at the same time (default 8); those of one thread always go one at a time.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>How long one effect may take (default 30 s).</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an effect is leased (default 45 s). Longer than <see cref="CallTimeout"/>: a successor starts after the call has ended.</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>The pause after the first failure (default 1 s); it doubles with each, with jitter.</summary>
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts, unless the other side asks for a longer one (default 5 min).</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>An effect that did not happen for so long is given up, and the journal says so (default 24 h).</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The longest time between two looks for work when no hint comes (default 1 s, with jitter).</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
