using System.Globalization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Approvals;

/// <summary>Approvals that end without an answer.</summary>
internal static class Lapses
{
    /// <summary>Closes what nobody answered in time and what was cancelled.</summary>
    /// <param name="facts">The thread's facts.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancelledUpTo">The highest inbox position that was cancelled.</param>
    public static (ThreadFacts Facts, IReadOnlyList<ApprovalClosed> Closed) Find(ThreadFacts facts, DateTimeOffset now, long cancelledUpTo)
    {
        var closed = new List<ApprovalClosed>();
        foreach (var approval in ApprovalList.Open(facts))
        {
            var isCancelled = approval.Inbox <= cancelledUpTo;
            if (!isCancelled && approval.ExpiresAt > now)
                continue;
            (facts, var lapsed) = isCancelled
                ? ApprovalList.Close(facts, approval, ApprovalState.Cancelled, reason: "the work was cancelled")
                : ApprovalList.Close(facts, approval, ApprovalState.Expired, reason: string.Create(CultureInfo.InvariantCulture, $"nobody answered until {approval.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
            closed.Add(lapsed);
        }

        return (facts, closed);
    }

    /// <summary>Closes all that is open.</summary>
    public static (ThreadFacts Facts, IReadOnlyList<ApprovalClosed> Closed) All(ThreadFacts facts) => Find(facts, DateTimeOffset.MinValue, long.MaxValue);

    /// <summary>Closes all open ones of a kind, as what they are about changed.</summary>
    public static (ThreadFacts Facts, IReadOnlyList<ApprovalClosed> Closed) Supersede(ThreadFacts facts, string kind)
    {
        var closed = new List<ApprovalClosed>();
        foreach (var approval in ApprovalList.Open(facts).Where(open => open.Kind == kind))
        {
            (facts, var lapsed) = ApprovalList.Close(facts, approval, ApprovalState.Superseded, reason: "it changed before anybody answered");
            closed.Add(lapsed);
        }

        return (facts, closed);
    }
}
