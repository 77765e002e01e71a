using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Tells people, while a run goes on, how far it is: with a step's commit, and carried out at most every <see cref="Interval"/>.</summary>
internal sealed class RunStatus(RunContext run)
{
    /// <summary>The least time between two of them.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private DateTimeOffset _next = run.TimeProvider.GetUtcNow() + Interval;

    /// <summary>What to commit with a step: the newest replaces the one that still waits.</summary>
    public IReadOnlyList<OutboxRequest> OfStep(int step, ThreadFacts facts)
    {
        if (run.Thread.Origin.IsAnsweredByJournal)
            return [];
        var now = run.TimeProvider.GetUtcNow();
        var at = _next;
        if (at <= now)
            (at, _next) = (now, now + Interval);
        return [new StatusEffect { State = ThreadStatus.Running, Activity = "Working on it", Step = step, CostUsd = facts.CostUsd, UnpricedTokens = facts.UnpricedTokens, Todos = run.Todos }.ToOutbox(at)];
    }
}
