namespace Drafthorse.Evaluation.Statistics;

/// <summary>pass^k: the chance that k tries of a task all succeed, as the mean over tasks (Yao et al. 2024, tau-bench). It falls with k where
/// an agent solves a task only sometimes.</summary>
internal static class PassPower
{
    /// <summary>The unbiased estimate, C(c, k) / C(n, k) for each task; null when no task has k tries.</summary>
    /// <param name="tasks">The tries of each task.</param>
    /// <param name="k">How many tries.</param>
    public static double? Of(IEnumerable<Proportion> tasks, int k)
    {
        var rates = tasks.Where(task => task.Tries >= k).Select(task => Of(task, k)).ToList();
        return rates.Count == 0 ? null : rates.Average();
    }

    private static double Of(Proportion task, int k)
    {
        var rate = 1.0;
        for (var index = 0; index < k; index++)
            rate *= Math.Max(0, task.Hits - index) / (double)(task.Tries - index);
        return rate;
    }
}
