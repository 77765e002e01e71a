using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Runs;

public sealed class RunLeaseTests : IAsyncDisposable
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly FaultyStore _store;

    public RunLeaseTests() => _store = new FaultyStore(new InMemoryThreadStore(_time));

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claim_NothingReady_IsNull() => Assert.Null(await RunLease.ClaimAsync(_store, Request(), _time, null, Ct));

    [Fact]
    public async Task Renewal_EveryThirdOfTheLease_KeepsIt()
    {
        await using var lease = await ClaimAsync();

        for (var i = 0; i < 20; i++)
        {
            var renewed = _store.NextRenewal();
            _time.Advance(LeaseTime / 3);
            await renewed.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        }

        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.Null(await _store.ClaimAsync(Request(), Ct));
    }

    [Fact]
    public async Task Renewal_AfterTheRelease_IsNoLoss()
    {
        var lease = await ClaimAsync();
        var lost = lease.Lost;
        await lease.ReleaseAsync(new ReleaseRequest { Lease = lease.Lease, State = ThreadStatus.Done }, Ct);

        var renewed = _store.NextRenewal();
        _time.Advance(LeaseTime / 3);
        await renewed.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        await lease.DisposeAsync();

        Assert.False(lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Renewal_FailsForTwoThirds_LosesBeforeAnyoneElseMayStart()
    {
        await using var lease = await ClaimAsync();
        _store.Failure = new ThreadStoreException(ThreadStoreError.Locked, "locked");

        while (!lease.Lost.IsCancellationRequested)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        _store.Failure = null;
        Assert.Null(await _store.ClaimAsync(Request(), Ct));
        Assert.Throws<LeaseLostException>(lease.ThrowIfLost);
    }

    [Fact]
    public async Task Renewal_FailsOnce_IsTriedAgain()
    {
        await using var lease = await ClaimAsync();
        _store.Failure = new ThreadStoreException(ThreadStoreError.Locked, "locked");
        var failed = _store.NextRenewal();
        _time.Advance(LeaseTime / 3);
        await failed.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        _store.Failure = null;
        var renewed = _store.NextRenewal();
        while (!renewed.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        _time.Advance(TimeSpan.FromSeconds(12));

        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Renewal_Hangs_LosesInTime()
    {
        await using var lease = await ClaimAsync();
        _store.Hang = true;

        _time.Advance(LeaseTime / 3);
        _time.Advance(LeaseTime / 3);

        Assert.True(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Freeze_PastTwoThirds_LosesAtTheFirstLookAndDoesNotRenew()
    {
        var frozen = new FrozenTimeProvider();
        await using var store = new FaultyStore(new InMemoryThreadStore(frozen));
        await store.EnqueueAsync(RunTesting.Delivery("a"), Ct);
        await using var lease = await RunLease.ClaimAsync(store, Request(), frozen, null, Ct);

        frozen.Jump(LeaseTime * 0.7);

        Assert.Throws<LeaseLostException>(lease!.ThrowIfLost);
        Assert.Equal(0, store.Renewals);
    }

    [Fact]
    public async Task Suspend_WallClockMovesSteadyOneDoesNot_Loses()
    {
        var frozen = new FrozenTimeProvider();
        await using var store = new InMemoryThreadStore(frozen);
        await store.EnqueueAsync(RunTesting.Delivery("a"), Ct);
        await using var lease = await RunLease.ClaimAsync(store, Request(), frozen, null, Ct);

        frozen.JumpWallOnly(LeaseTime * 0.7);

        Assert.Throws<LeaseLostException>(lease!.ThrowIfLost);
    }

    [Fact]
    public async Task TakenOver_Renewal_LosesAtOnce()
    {
        await using var lease = await ClaimAsync();
        _store.Failure = new LeaseLostException(lease.Lease.ThreadId, lease.Lease.Token);
        var lost = new TaskCompletionSource();
        lease.Lost.Register(lost.SetResult);

        _time.Advance(LeaseTime / 3);

        await lost.Task.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    private static ClaimRequest Request() => new() { Owner = "one", LeaseTime = LeaseTime };

    private async Task<RunLease> ClaimAsync()
    {
        await _store.EnqueueAsync(RunTesting.Delivery("a"), Ct);
        return (await RunLease.ClaimAsync(_store, Request(), _time, null, Ct))!;
    }

    /// <summary>A clock whose timers never fire, as in a process that is stopped.</summary>
    private sealed class FrozenTimeProvider : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
        private long _timestamp;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Jump(TimeSpan time)
        {
            _timestamp += time.Ticks;
            _now += time;
        }

        public void JumpWallOnly(TimeSpan time) => _now += time;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _timestamp;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
