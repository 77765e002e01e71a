using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Planning;

/// <summary>What became of a plan that a person approved.</summary>
internal static class PlanOutcome
{
    /// <summary>Its steps; empty when there is none. After the work on it has ended they stay as they were then.</summary>
    public static IReadOnlyList<PlanStep> Of(RunContext run) => run.Facts.Plan switch
    {
        { Stage: PlanStage.Done, Steps: { } steps } => steps,
        { Stage: PlanStage.Approved } when run.Conversation.Plan is { } plan => PlanSteps.Done(plan.Content, run.Todos),
        _ => [],
    };

    /// <summary>The steps in a sentence for people; null without steps.</summary>
    public static string? Words(IReadOnlyList<PlanStep> steps)
    {
        if (steps.Count == 0)
            return null;
        List<string> open = [.. steps.Where(step => !step.IsDone).Select(step => step.Text)];
        return $"Plan: {steps.Count - open.Count} of {steps.Count} steps are done by the to-do list.{(open.Count == 0 ? "" : $" Not done: {string.Join("; ", open)}.")}";
    }
}
