using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>What a run's end means for the thread's plan, and what people are told of it.</summary>
internal static class RunPlanEnd
{
    public static (RunOutcome Outcome, PlanFacts? Plan) Of(RunContext run, RunOutcome outcome)
    {
        var plan = run.Facts.Plan;
        var notes = new List<string?> { run.Get<RefusedCalls>()?.Line };
        if (plan is { Stage: PlanStage.Approved } && outcome.Status == ThreadStatus.Done)
        {
            var steps = PlanOutcome.Of(run);
            notes.Add(PlanOutcome.Words(steps));
            plan = plan with { Stage = PlanStage.Done, Steps = steps };
        }
        else if (plan is { Stage: PlanStage.Planning } && outcome.Status == ThreadStatus.Done && run.Approvals.Open.Count == 0)
        {
            notes.Add("Plan mode is on: nothing was changed, and no plan waits for a decision.");
        }

        return (outcome with { Notes = [.. outcome.Notes, .. notes.OfType<string>()] }, plan);
    }
}
