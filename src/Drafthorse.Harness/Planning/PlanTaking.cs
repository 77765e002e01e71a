using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Planning;

/// <summary>What messages do to a thread's plan at the moment when they are taken, beside what they do to its approvals: the one way into plan mode
/// by a person, and the one way out.</summary>
internal sealed class PlanTaking
{
    private readonly TakenMessages _taken;
    private readonly List<JournalEvent> _events;
    private readonly PlanFacts? _plan;
    private readonly long? _todosStart;

    private PlanTaking(TakenMessages taken, List<JournalEvent> events, PlanFacts? plan, long? todosStart) =>
        (_taken, _events, _plan, _todosStart) = (taken, events, plan, todosStart);

    public IReadOnlyList<JournalEvent> Events => _events;

    public IReadOnlyList<string> Notes => _taken.Notes;

    /// <summary>Whether plan mode begins with these messages.</summary>
    public bool BeginsPlanMode { get; private init; }

    /// <param name="facts">The thread's facts.</param>
    /// <param name="entries">The messages.</param>
    /// <param name="always">Why each task is to be planned; null when it is not.</param>
    /// <param name="plan">The newest plan's text, where it is known.</param>
    /// <param name="journalEnd">A journal position that is not after the next event.</param>
    public static PlanTaking Of(ThreadFacts facts, IReadOnlyList<InboxEntry> entries, string? always = null, string? plan = null, long journalEnd = 0)
    {
        var taken = TakenMessages.Of(facts, [.. entries.Select(entry => PlanLines.Attach(entry, plan))]);
        var (now, todosStart) = (facts.Plan, (long?)null);
        List<JournalEvent> events = [.. taken.Events];
        foreach (var closed in taken.Events.OfType<ApprovalClosed>().Where(closed => closed.Kind == ApprovalKinds.Plan))
        {
            if (closed.State == ApprovalState.Approved)
            {
                now = (now ?? new PlanFacts()) with { Stage = PlanStage.Approved, ApprovedBy = closed.By, Steps = null };
                if (plan is not null && PlanSteps.Todos(plan) is { Count: > 0 } todos)
                {
                    events.Add(new TodosWritten { Items = todos });
                    todosStart = journalEnd;
                }
            }
            else
            {
                events.Add(new NoticeGiven { Topic = PlanWords.Topic, Text = PlanWords.StaysOn });
            }
        }

        var begins = WhyPlan(entries, always, now);
        if (begins is not null)
        {
            now = (now ?? new PlanFacts()) with { Stage = PlanStage.Planning, Why = begins, ApprovedBy = null, Steps = null };
            events.Add(PlanWords.Begins(begins));
        }

        return new PlanTaking(taken, events, now, todosStart) { BeginsPlanMode = begins is not null };
    }

    /// <summary>The thread's facts from here on, but for what others change meanwhile.</summary>
    public ThreadFacts Change(ThreadFacts now) => _taken.Change(now) with { Plan = _plan, TodosStart = _todosStart ?? now.TodosStart };

    private static string? WhyPlan(IReadOnlyList<InboxEntry> entries, string? always, PlanFacts? plan)
    {
        if (plan is { Stage: PlanStage.Planning })
            return null;
        if (entries.LastOrDefault(entry => entry.Message is { Plan: true, Answer: null }) is { } asked)
            return $"{asked.Message.Sender} asked for a plan";
        return always is not null && plan is not { Stage: PlanStage.Approved } && entries.Any(entry => entry.Message.Answer is null) ? always : null;
    }
}
