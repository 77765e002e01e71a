using System.Globalization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Approvals;

/// <summary>A thread's approvals as its facts have them, and how they change.</summary>
internal static class ApprovalList
{
    private const int MostKept = 50;
    private const int MostReason = 2_000;

    public static IReadOnlyList<Approval> Open(ThreadFacts facts) => [.. All(facts).Where(approval => approval.State == ApprovalState.Open)];

    public static IReadOnlyList<Approval> All(ThreadFacts facts) => facts.Approvals ?? [];

    /// <summary>The newest of these, or null.</summary>
    public static Approval? Find(ThreadFacts facts, string kind, string hash) => All(facts).LastOrDefault(approval => approval.Kind == kind && approval.Hash == hash);

    /// <summary>The id of the next one.</summary>
    public static string NextId(ThreadId thread, ThreadFacts facts)
    {
        var last = All(facts) is [.., var newest] && int.TryParse(newest.Id.Split('.')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{thread}.{last + 1}");
    }

    /// <summary>With one more; the oldest of those that are decided make room.</summary>
    public static ThreadFacts Add(ThreadFacts facts, Approval approval)
    {
        List<Approval> all = [.. All(facts), approval];
        while (all.Count > MostKept && all.FindIndex(old => old.State != ApprovalState.Open) is var decided and >= 0 && decided < all.Count - 1)
            all.RemoveAt(decided);
        return facts with { Approvals = all };
    }

    /// <summary>With one as it is now.</summary>
    public static ThreadFacts Replace(ThreadFacts facts, Approval now) =>
        facts with { Approvals = [.. All(facts).Select(known => known.Id == now.Id ? now : known)] };

    /// <summary>With one that is closed, and the event that says so.</summary>
    public static (ThreadFacts Facts, ApprovalClosed Event) Close(
        ThreadFacts facts, Approval approval, ApprovalState state, string? by = null, string? via = null, string? reason = null, string? source = null)
    {
        reason = reason is { Length: > MostReason } ? $"{reason[..(MostReason - 1)]}…" : reason;
        return (
            Replace(facts, approval with { State = state, Holds = false, By = by, Reason = reason, Source = source }),
            new ApprovalClosed { Id = approval.Id, Kind = approval.Kind, Hash = approval.Hash, State = state, By = by, Via = via, Reason = reason });
    }
}
