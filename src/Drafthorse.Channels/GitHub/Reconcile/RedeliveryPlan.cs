using Drafthorse.Channels.GitHub.Api;

namespace Drafthorse.Channels.GitHub.Reconcile;

/// <summary>Which deliveries to ask for again, from the attempts that the log has.</summary>
/// <param name="Ask">The newest attempt of each delivery that never arrived, oldest first.</param>
/// <param name="GivenUp">How many were tried too often.</param>
/// <param name="SettledUntil">Before this time everything has arrived or was given up; null = the log was empty.</param>
internal sealed record RedeliveryPlan(IReadOnlyList<HookDelivery> Ask, int GivenUp, DateTimeOffset? SettledUntil)
{
    /// <summary>Attempts after which a delivery is given up: what fails so often would fail again.</summary>
    public const int MaxAttempts = 5;

    public static RedeliveryPlan Make(IReadOnlyCollection<HookDelivery> log)
    {
        var missing = log
            .Where(delivery => delivery.Event is "issues" or "issue_comment" && delivery.Guid.Length > 0)
            .GroupBy(delivery => delivery.Guid)
            .Where(attempts => !attempts.Any(HasArrived))
            .ToLookup(attempts => attempts.Count() < MaxAttempts);
        var ask = missing[true].Select(attempts => attempts.MaxBy(attempt => attempt.Id)!).OrderBy(attempt => attempt.DeliveredAt).ToList();
        var settled = missing[true].SelectMany(attempts => attempts).Select(attempt => (DateTimeOffset?)attempt.DeliveredAt).Min()
            ?? log.Select(attempt => (DateTimeOffset?)attempt.DeliveredAt).Max();
        return new RedeliveryPlan(ask, missing[false].Count(), settled);
    }

    /// <summary>Answered well, or refused for what it is: too large or no event, the same the next time.</summary>
    private static bool HasArrived(HookDelivery delivery) => delivery.StatusCode is (>= 200 and < 300) or 400 or 413;
}
