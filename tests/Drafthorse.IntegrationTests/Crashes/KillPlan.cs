namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>What is counted until the kill.</summary>
internal enum KillSignal
{
    /// <summary>The webhook is being sent.</summary>
    Webhook,

    /// <summary>A call of GitHub's API has arrived and is not answered yet.</summary>
    ApiCall,

    /// <summary>A request of git has arrived and is not answered yet.</summary>
    GitRequest,

    /// <summary>A journal event was committed.</summary>
    JournalEvent,
}

/// <summary>A moment of a task, drawn at random: so long after the so-many-th signal of a kind.</summary>
internal sealed record KillPlan(KillSignal Signal, int Count, TimeSpan Delay)
{
    /// <summary>Half of all kills come right at a signal, when an answer or the next write is under way; the rest at any time after it.</summary>
    public static KillPlan Draw(Random random, bool first)
    {
        var signal = (KillSignal)random.Next(first ? 0 : 1, 4);
        var count = random.Next(1, signal switch { KillSignal.Webhook => 2, KillSignal.ApiCall => 15, KillSignal.GitRequest => 9, _ => first ? 27 : 14 });
        var delay = random.Next(2) == 0 ? 0 : random.Next(signal is KillSignal.Webhook ? 40 : 250);
        return new KillPlan(signal, count, TimeSpan.FromMilliseconds(delay));
    }

    public override string ToString() => $"{Signal} {Count} + {Delay.TotalMilliseconds:0} ms";
}
