using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>What people outside are told when a run ends: the last state of its status, and one reply, which alone says why.</summary>
internal static class EndingEffects
{
    public static IReadOnlyList<OutboxRequest> Of(ThreadOrigin origin, ThreadFacts facts, IReadOnlyList<TodoItem> todos, ThreadStatus outcome, RunFinished finished, string? inReplyTo, IReadOnlyList<ApprovalAsked>? asked = null) => origin.IsAnsweredByJournal
        ? []
        :
        [
            new StatusEffect { State = outcome, Activity = finished.WaitsFor is null ? "" : finished.Reason, Step = facts.Steps, CostUsd = facts.CostUsd, UnpricedTokens = facts.UnpricedTokens, Todos = todos }.ToOutbox(null),
            new ReplyEffect
            {
                Run = finished.Token,
                InReplyTo = inReplyTo,
                Outcome = outcome,
                Text = finished.FinalText,
                Reason = PublicWords.Of(finished.Reason),
                Notes = finished.Notes,
                Asked = asked ?? [],
                CostUsd = facts.CostUsd,
                UnpricedTokens = facts.UnpricedTokens,
            }.ToOutbox(),
        ];
}
