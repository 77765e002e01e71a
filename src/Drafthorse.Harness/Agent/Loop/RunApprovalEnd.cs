using System.Globalization;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>What becomes of a thread's approvals when a run begins and ends.</summary>
internal static class RunApprovalEnd
{
    /// <summary>When a thread has to be woken, as nobody answered in time; null = never.</summary>
    public static DateTimeOffset? WakeAt(ThreadFacts facts) => ApprovalList.Open(facts) is { Count: > 0 } open ? open.Min(approval => approval.ExpiresAt) : null;

    /// <summary>What has lapsed since the last run, to be committed when one begins. The model is told of what it waited for.</summary>
    public static async Task<RunCommit> LapsedAsync(RunContext run, IThreadStore store, CancellationToken cancellationToken)
    {
        if (run.Approvals.Open.Count == 0)
            return new RunCommit();
        var cancelledUpTo = await store.GetCancelledUpToAsync(run.Thread.Id, cancellationToken).ConfigureAwait(false);
        var (facts, closed) = Lapses.Find(run.Facts, run.TimeProvider.GetUtcNow(), cancelledUpTo);
        return closed.Count == 0 ? new RunCommit() : new RunCommit
        {
            Events = [.. closed, .. closed.Where(lapsed => ApprovalKinds.IsForModel(lapsed.Kind)).Select(Notice)],
            ChangeFacts = now => now with { Approvals = facts.Approvals },
        };
    }

    /// <summary>How a run ends with what it asked: what is open, what its people are shown, and what a cancel closes.</summary>
    public static async Task<(RunOutcome Outcome, IReadOnlyList<Approval> Open, IReadOnlyList<ApprovalAsked> Shown, RunCommit Lapsed)> OfAsync(
        RunContext run, RunOutcome outcome, CancellationToken cancellationToken)
    {
        var open = run.Approvals.Open;
        if (open.Count == 0)
            return (outcome, [], [], new RunCommit());
        if (outcome.Status == ThreadStatus.Cancelled)
        {
            var (facts, closed) = Lapses.All(run.Facts);
            return (outcome, [], [], new RunCommit { Events = closed, ChangeFacts = now => now with { Approvals = facts.Approvals } });
        }

        var shown = new List<ApprovalAsked>();
        foreach (var approval in open)
        {
            if (await run.Approvals.ReadAsync(approval, cancellationToken).ConfigureAwait(false) is { } asked)
                shown.Add(asked);
        }

        if (outcome.Status is ThreadStatus.Done or ThreadStatus.Waiting)
            outcome = outcome with { Status = ThreadStatus.Waiting, Text = TextOf(run, outcome, shown), Reason = $"waits for {ApprovalDesk.HowTo(open)}" };
        return (outcome, open, shown, new RunCommit());
    }

    /// <summary>Questions are the last words: people read them without looking for more.</summary>
    private static string TextOf(RunContext run, RunOutcome outcome, List<ApprovalAsked> shown)
    {
        var holding = run.Approvals.Holding.Select(approval => approval.Id).ToHashSet();
        var questions = shown.Where(asked => asked.Kind == ApprovalKinds.Question && holding.Contains(asked.Id)).Select(asked => asked.Text).ToList();
        return questions.Count > 0 ? string.Join("\n\n", questions) : outcome.Text;
    }

    private static NoticeGiven Notice(ApprovalClosed closed) => new()
    {
        Topic = "approval",
        Text = string.Create(CultureInfo.InvariantCulture, $"{ApprovalKinds.Words(closed.Kind)} {closed.Hash[..8]} counts as rejected: {closed.Reason}."),
    };
}
