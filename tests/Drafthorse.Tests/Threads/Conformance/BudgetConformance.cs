using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

public abstract class BudgetConformance(StoreHost host) : StoreConformance(host)
{
    [Fact]
    public async Task Reserve_WithinAllLimits_IsCountedInAll()
    {
        var decision = await ReserveAsync("r1", 0.3m, ("thread:a", 1), ("user:ann", 5));

        Assert.Equal(new BudgetDecision(true, null, 0.3m), decision);
        Assert.Equal(0.3m, await Store.GetSpentAsync("thread:a", Ct));
        Assert.Equal(0.3m, await Store.GetSpentAsync("user:ann", Ct));
    }

    [Fact]
    public async Task Reserve_OneLimitFull_IsMadeInNone()
    {
        await ReserveAsync("r1", 0.9m, ("user:ann", 1));

        var decision = await ReserveAsync("r2", 0.2m, ("thread:b", 1), ("user:ann", 1));

        Assert.Equal(new BudgetDecision(false, new BudgetLimit("user:ann", 1), 0.9m), decision);
        Assert.Equal(0, await Store.GetSpentAsync("thread:b", Ct));
    }

    [Fact]
    public async Task Reserve_SameIdAgain_ChangesNothing()
    {
        await ReserveAsync("r1", 0.6m, ("s", 1));

        Assert.True((await ReserveAsync("r1", 0.6m, ("s", 1))).Granted);
        Assert.Equal(0.6m, await Store.GetSpentAsync("s", Ct));
    }

    [Fact]
    public async Task Reserve_ScopeNamedTwice_IsChargedOnce()
    {
        await ReserveAsync("r1", 0.6m, ("s", 1), ("s", 2));

        Assert.Equal(0.6m, await Store.GetSpentAsync("s", Ct));
    }

    [Fact]
    public async Task Settle_ReplacesTheReservationOnce()
    {
        await ReserveAsync("r1", 0.6m, ("s", 1), ("t", 1));

        await Store.SettleAsync("r1", 0.000000123m, Ct);
        await Store.SettleAsync("r1", 0.5m, Ct);
        await Store.SettleAsync("unknown", 0.5m, Ct);

        Assert.Equal(0.000000123m, await Store.GetSpentAsync("s", Ct));
        Assert.Equal(0.000000123m, await Store.GetSpentAsync("t", Ct));
    }

    [Fact]
    public async Task Settle_AfterExpiry_CountsInFull()
    {
        await ReserveAsync("r1", 0.6m, ("s", 1));
        Time.Advance(TimeSpan.FromMinutes(10));

        await Store.SettleAsync("r1", 0.1m, Ct);

        Assert.Equal(0.6m, await Store.GetSpentAsync("s", Ct));
        Assert.False((await ReserveAsync("r2", 0.5m, ("s", 1))).Granted);
    }

    [Fact]
    public async Task Reserve_ManyAtOnce_NeverOvershoots()
    {
        var decisions = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => ReserveAsync($"r{i}", 0.1m, ("s", 1)), Ct)));

        Assert.Equal(10, decisions.Count(decision => decision.Granted));
        Assert.Equal(1m, await Store.GetSpentAsync("s", Ct));
    }

    [Fact]
    public async Task Reserve_NegativeAmount_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReserveAsync("r1", -1, ("s", 1)));

    private Task<BudgetDecision> ReserveAsync(string id, decimal amount, params (string Scope, decimal Limit)[] limits) => Store.ReserveAsync(
        new BudgetReservation
        {
            Id = id,
            Amount = amount,
            ExpiresAt = Time.GetUtcNow().AddMinutes(10),
            Limits = [.. limits.Select(limit => new BudgetLimit(limit.Scope, limit.Limit))],
        },
        Ct);
}
