using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Runs;

namespace Drafthorse.Evaluation.Statistics;

/// <summary>All tasks under one setting.</summary>
internal sealed record VariantScore(Variant Variant, IReadOnlyList<TaskScore> Tasks)
{
    private readonly List<RepetitionResult> _results = [.. Tasks.SelectMany(task => task.Results)];

    public Proportion Passed => new(Tasks.Sum(task => task.Passed.Hits), Tasks.Sum(task => task.Passed.Tries));

    public int Infrastructure => Tasks.Sum(task => task.Infrastructure);

    public int Repetitions => _results.Count;

    /// <summary>What all repetitions cost, in USD; null when the price of one is not known.</summary>
    public decimal? CostUsd => _results.Count > 0 && _results.All(result => result.CostUsd is not null) ? _results.Sum(result => result.CostUsd) : null;

    public long InputTokens => _results.Sum(result => result.InputTokens);

    public long CachedInputTokens => _results.Sum(result => result.CachedInputTokens);

    public long OutputTokens => _results.Sum(result => result.OutputTokens);

    public long Steps => _results.Sum(result => (long)result.Steps);

    public long ToolCalls => _results.Sum(result => (long)result.ToolCalls);

    public long ToolErrors => _results.Sum(result => (long)result.ToolErrors);

    public double Seconds => _results.Sum(result => result.Seconds);

    public double? PassPower(int k) => Statistics.PassPower.Of(Tasks.Select(task => task.Passed), k);

    /// <summary>Puts the results of a plan together: of each repetition the newest, and one that says something before one that does not.</summary>
    public static IReadOnlyList<VariantScore> Of(IReadOnlyList<Repetition> plan, IReadOnlyList<RepetitionResult> results)
    {
        var byTask = results.ToLookup(result => (result.Task, result.Variant));
        return [.. plan.GroupBy(repetition => repetition.Variant).Select(variant => new VariantScore(
            variant.Key,
            [.. variant.GroupBy(repetition => repetition.Task).Select(task => new TaskScore(
                task.Key,
                [.. task.Select(repetition => Find(repetition, byTask[(task.Key.Name, variant.Key.Label)])).OfType<RepetitionResult>()]))]))];
    }

    public static RepetitionResult? Find(Repetition repetition, IEnumerable<RepetitionResult> results) =>
        results.Where(repetition.IsOf).OrderBy(result => result.Outcome != RepetitionOutcome.Infrastructure).LastOrDefault();
}
