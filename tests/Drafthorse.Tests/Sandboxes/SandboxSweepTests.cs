using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Sandboxes;

public sealed class SandboxSweepTests : IAsyncDisposable
{
    private const string Key = "github:issue:owner/repo#42";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly SandboxPoolOptions _options = new();
    private readonly InMemoryThreadStore _store;
    private readonly FakeBackend _backend;
    private readonly SandboxPool _pool;

    public SandboxSweepTests()
    {
        _store = new InMemoryThreadStore(_time);
        _backend = new FakeBackend(_time);
        _pool = new SandboxPool(_backend, _options, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task SweepAsync_JustReleased_StaysWarm()
    {
        var sandbox = await RunOnceAsync(ThreadStatus.Done);
        _time.Advance(_options.KeepWarm / 2);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(SandboxStatus.Running, _backend[sandbox]);
    }

    [Fact]
    public async Task SweepAsync_IdleForAWhile_IsPaused()
    {
        var sandbox = await RunOnceAsync(ThreadStatus.Done);
        _time.Advance(_options.KeepWarm);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(SandboxStatus.Paused, _backend[sandbox]);
    }

    [Theory]
    [InlineData(ThreadStatus.Done, SandboxStatus.Gone)]
    [InlineData(ThreadStatus.Waiting, SandboxStatus.Paused)]
    [InlineData(ThreadStatus.Failed, SandboxStatus.Paused)]
    [InlineData(ThreadStatus.Cancelled, SandboxStatus.Paused)]
    public async Task SweepAsync_LongIdle_RemovesWhatIsOnTheCodeHost(ThreadStatus outcome, SandboxStatus expected)
    {
        var sandbox = await RunOnceAsync(outcome);
        _time.Advance(_options.KeepDone);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(expected, _backend[sandbox]);
    }

    [Fact]
    public async Task SweepAsync_UnfinishedForDays_IsRemoved()
    {
        var sandbox = await RunOnceAsync(ThreadStatus.Failed);
        _time.Advance(_options.KeepUnfinished);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(SandboxStatus.Gone, _backend[sandbox]);
    }

    [Fact]
    public async Task SweepAsync_ThreadRunsElsewhere_IsLeftAlone()
    {
        var sandbox = await RunOnceAsync(ThreadStatus.Queued);
        Assert.NotNull(await ClaimAsync());
        _time.Advance(_options.KeepUnfinished * 2);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(SandboxStatus.Running, _backend[sandbox]);
    }

    [Fact]
    public async Task SweepAsync_NobodyRefersToIt_IsRemovedOnceItIsOldEnough()
    {
        var orphan = await _backend.StartAsync(new SandboxStart { ThreadId = ThreadId.FromKey("cli:unknown"), Name = "orphan" }, Token);
        await _pool.SweepAsync(_store, Token);
        var young = _backend[orphan];
        _time.Advance(_options.OrphanAge);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(SandboxStatus.Running, young);
        Assert.Equal(SandboxStatus.Gone, _backend[orphan]);
    }

    [Fact]
    public async Task SweepAsync_HeldByARunHere_IsLeftAlone()
    {
        await using var session = await _pool.AcquireAsync(new SandboxRequest { ThreadId = ThreadId.FromKey("cli:new"), Token = 1 }, Token);
        _time.Advance(_options.KeepUnfinished * 2);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(SandboxStatus.Running, _backend[session.Sandbox]);
    }

    /// <summary>One run of the thread that starts a sandbox, commits its record and ends as <paramref name="outcome"/>.</summary>
    private async Task<SandboxRecord> RunOnceAsync(ThreadStatus outcome)
    {
        await _store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = Key,
                Origin = new ThreadOrigin { Channel = "github", User = "github:octocat" },
                DeliveryId = "1",
                Message = new InboxMessage { Id = "1", Sender = "github:octocat", Text = "go" },
            },
            Token);
        var claim = await ClaimAsync();
        Assert.NotNull(claim);
        await using var session = await _pool.AcquireAsync(new SandboxRequest { ThreadId = claim.Thread.Id, Token = claim.Lease.Token }, Token);
        await _store.CommitAsync(
            new CommitRequest { Lease = claim.Lease, Sequence = 1, Consumed = [0], Facts = claim.Thread.Facts with { Sandbox = session.Sandbox } }, Token);
        await _store.ReleaseAsync(new ReleaseRequest { Lease = claim.Lease, State = outcome }, Token);
        return session.Sandbox;
    }

    private Task<Claim?> ClaimAsync() => _store.ClaimAsync(new ClaimRequest { Owner = "replica", LeaseTime = TimeSpan.FromDays(365) }, Token);
}
