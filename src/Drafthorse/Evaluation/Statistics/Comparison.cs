namespace Drafthorse.Evaluation.Statistics;

/// <summary>Two settings, paired task by task. Tasks are the pairs, not repetitions: those of one task are not independent of each other.</summary>
/// <param name="First">The one setting.</param>
/// <param name="Second">The other.</param>
/// <param name="Pairs">Tasks in which both have repetitions that say something.</param>
internal sealed record Comparison(VariantScore First, VariantScore Second, IReadOnlyList<(TaskScore First, TaskScore Second)> Pairs)
{
    public IReadOnlyList<(TaskScore First, TaskScore Second)> FirstIsBetter => [.. Pairs.Where(pair => pair.First.Passed.Rate > pair.Second.Passed.Rate)];

    public IReadOnlyList<(TaskScore First, TaskScore Second)> SecondIsBetter => [.. Pairs.Where(pair => pair.First.Passed.Rate < pair.Second.Passed.Rate)];

    public double PValue => SignTest.PValue(FirstIsBetter.Count, SecondIsBetter.Count);

    public static Comparison Of(VariantScore first, VariantScore second)
    {
        var others = second.Tasks.ToDictionary(task => task.Task.Name);
        return new Comparison(
            first,
            second,
            [.. first.Tasks.Where(task => others.ContainsKey(task.Task.Name)).Select(task => (task, others[task.Task.Name])).Where(pair => pair.task.Passed.Tries > 0 && pair.Item2.Passed.Tries > 0)]);
    }

    /// <summary>What may be said, in one sentence.</summary>
    public string Statement()
    {
        var (first, second) = (FirstIsBetter.Count, SecondIsBetter.Count);
        if (first + second == 0)
            return $"Of {Pairs.Count} tasks, none tells the two apart.";
        var better = first > second ? First.Variant.Label : second > first ? Second.Variant.Label : null;
        var split = FormattableString.Invariant($"Of {Pairs.Count} tasks, {First.Variant.Label} did better on {first}, {Second.Variant.Label} on {second}; exact sign test (McNemar) p = {PValue:0.000}");
        return better is not null && PValue < 0.05
            ? $"{split}: {better} is better, and so uneven a split would be rare if they were alike."
            : $"{split}: not enough to say that they differ.";
    }
}
