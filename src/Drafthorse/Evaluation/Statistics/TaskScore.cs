using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Runs;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Evaluation.Statistics;

/// <summary>One task under one setting: the result of each repetition that has one.</summary>
internal sealed record TaskScore(EvalTask Task, IReadOnlyList<RepetitionResult> Results)
{
    /// <summary>Repetitions that say something of the agent.</summary>
    public Proportion Passed { get; } = new(Results.Count(result => result.Outcome == RepetitionOutcome.Solved), Results.Count(result => result.Outcome != RepetitionOutcome.Infrastructure));

    public int Infrastructure => Results.Count(result => result.Outcome == RepetitionOutcome.Infrastructure);

    /// <summary>Why the newest repetition that failed did; empty when none did.</summary>
    public string Why => Results.LastOrDefault(result => result.Outcome != RepetitionOutcome.Solved)?.Reason ?? "";

    /// <summary>The features that the task is named as needing and that the setting leaves out or this version lacks.</summary>
    public static IReadOnlyList<string> Missing(EvalTask task, Variant variant) => [.. task.Needs.Where(variant.Without.Contains)];
}
