using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Evaluation.Runs;

/// <summary>One try of a task by one setting.</summary>
/// <param name="Task">The task.</param>
/// <param name="Variant">The setting.</param>
/// <param name="Number">From 1.</param>
internal sealed record Repetition(EvalTask Task, Variant Variant, int Number)
{
    /// <summary>Whether a result is this repetition's, of the task as it is now.</summary>
    public bool IsOf(RepetitionResult result) =>
        result.Task == Task.Name && result.Digest == Task.Digest && result.Variant == Variant.Label && result.Model == Variant.ModelName(Task) && result.Repetition == Number;
}
