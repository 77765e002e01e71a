using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

/// <summary>The execution guard over a store.</summary>
public abstract class GuardConformance(StoreHost host) : StoreConformance(host)
{
    private ExecutionGuard NewGuard() => new(Store) { LeaseTime = LeaseTime, TimeProvider = Time };

    [Fact]
    public async Task Enter_HeldByAnother_WaitsUntilItIsGivenBackAndGetsAHigherToken()
    {
        var first = await NewGuard().TryEnterAsync("deploy", Ct);
        Assert.Null(await NewGuard().TryEnterAsync("deploy", Ct));
        await using var other = await NewGuard().TryEnterAsync("other", Ct);
        Assert.NotNull(other);

        var entering = NewGuard().EnterAsync("deploy", Ct);
        Assert.False(entering.IsCompleted);
        await first!.DisposeAsync();

        await using var second = await entering.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        Assert.True(second.Token > first.Token);
        second.ThrowIfLost();
    }

    [Fact]
    public async Task Enter_HolderThatDoesNotRenew_IsLostBeforeTheNextEnters()
    {
        await using var first = (await NewGuard().TryEnterAsync("deploy", Ct))!;

        // The holder's process stood still: its timers come late, the lease's end does not.
        Time.Advance(LeaseTime);

        Assert.Throws<LeaseLostException>(first.ThrowIfLost);
        await using var second = await NewGuard().EnterAsync("deploy", Ct);
        Assert.True(second.Token > first.Token);
    }

    [Fact]
    public async Task Guard_IsNoThread()
    {
        await SendAsync("a");
        await using var guard = await NewGuard().TryEnterAsync("deploy", Ct);

        Assert.Equal("a", Assert.Single((await Store.ListThreadsAsync(new ThreadQuery(), Ct)).Threads).Key);
        Assert.Equal(ThreadId.FromKey("a"), (await Store.ClaimAsync(new ClaimRequest { Owner = "worker", MaxPerOrganization = 1 }, Ct))?.Lease.ThreadId);
        Time.Advance(LeaseTime * 2);
        Assert.Equal(ThreadId.FromKey("a"), (await ClaimAsync())?.Lease.ThreadId);
        Assert.Null(await ClaimAsync());
    }
}
