using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>What people outside are told when a run ends: the last state of its status, and one reply.</summary>
internal static class EndingEffects
{
    public static IReadOnlyList<OutboxRequest> Of(ThreadOrigin origin, ThreadFacts facts, IReadOnlyList<TodoItem> todos, ThreadStatus outcome, RunFinished finished, string? inReplyTo, IReadOnlyList<ApprovalAsked>? asked = null) => origin.IsAnsweredByJournal
        ? []
        :
        [
            new StatusEffect { State = outcome, Activity = finished.Reason, Step = facts.Steps, CostUsd = facts.CostUsd, Todos = todos }.ToOutbox(null),
            new ReplyEffect
            {
                Run = finished.Token,
                InReplyTo = inReplyTo,
                Outcome = outcome,
                Text = finished.FinalText.Length > 0 ? finished.FinalText : finished.Reason,
                Reason = finished.Reason,
                Notes = finished.Notes,
                Asked = asked ?? [],
                CostUsd = facts.CostUsd,
            }.ToOutbox(),
        ];
}
