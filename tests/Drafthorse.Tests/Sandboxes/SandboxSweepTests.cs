using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
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

    [Fact]
    public async Task SweepAsync_SomethingRunsThoughNoRunDoes_IsStopped()
    {
        var sandbox = await RunOnceAsync(ThreadStatus.Done);
        _backend.Busy.Add(sandbox.Id);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal(SandboxStatus.Stopped, _backend[sandbox]);
    }

    [Fact]
    public async Task SweepAsync_MoreThanAreKept_StopsTheOnesUsedLeastRecently()
    {
        _options.MaxKept = 2;
        var sandboxes = await RunThreeAsync();

        await _pool.SweepAsync(_store, Token);

        Assert.Equal([SandboxStatus.Stopped, SandboxStatus.Running, SandboxStatus.Running], sandboxes.Select(sandbox => _backend[sandbox]));
    }

    [Fact]
    public async Task SweepAsync_MoreMemoryThanIsKept_StopsTheOnesUsedLeastRecently()
    {
        _options.MaxKeptMemoryBytes = 1000;
        _backend.MemoryBytes = 600;
        var sandboxes = await RunThreeAsync();

        await _pool.SweepAsync(_store, Token);

        Assert.Equal([SandboxStatus.Stopped, SandboxStatus.Stopped, SandboxStatus.Running], sandboxes.Select(sandbox => _backend[sandbox]));
    }

    [Fact]
    public async Task SweepAsync_PausedOnes_CountAsKept()
    {
        _options.MaxKept = 1;
        var sandboxes = await RunThreeAsync();
        foreach (var sandbox in sandboxes)
            await _backend.PauseAsync(sandbox, Token);

        await _pool.SweepAsync(_store, Token);

        Assert.Equal([SandboxStatus.Stopped, SandboxStatus.Stopped, SandboxStatus.Paused], sandboxes.Select(sandbox => _backend[sandbox]));
    }

    [Fact]
    public async Task StopUsedAsync_NotInUse_AreStopped()
    {
        var sandboxes = await RunThreeAsync();
        await _backend.RemoveAsync(sandboxes[0], Token);
        await using var held = await _pool.AcquireAsync(new SandboxRequest { ThreadId = ThreadId.FromKey("cli:new"), Token = 1 }, Token);
        await _backend.PauseAsync(sandboxes[1], Token);

        await _pool.StopUsedAsync(_store, Token);

        Assert.Equal([SandboxStatus.Stopped, SandboxStatus.Stopped, SandboxStatus.Running], new[] { sandboxes[1], sandboxes[2], held.Sandbox }.Select(sandbox => _backend[sandbox]));
    }

    [Fact]
    public async Task StopUsedAsync_ThreadHasAnotherOwner_IsLeftToIt()
    {
        var sandbox = await RunOnceAsync(ThreadStatus.Queued);
        Assert.NotNull(await ClaimAsync());

        await _pool.StopUsedAsync(_store, Token);

        Assert.Equal(SandboxStatus.Running, _backend[sandbox]);
    }

    [Fact]
    public async Task StopUsedAsync_ThreadWaitsForTheNextServer_IsPaused()
    {
        var sandbox = await RunOnceAsync(ThreadStatus.Queued);

        await _pool.StopUsedAsync(_store, Token);

        Assert.Equal(SandboxStatus.Paused, _backend[sandbox]);
    }

    [Theory]
    [InlineData(true, SandboxStatus.Running)]
    [InlineData(false, SandboxStatus.Stopped)]
    public async Task EndCommandsAsync_SandboxThatDoesNot_IsStopped(bool does, SandboxStatus expected)
    {
        _backend.EndsAll = does;
        await using var session = await _pool.AcquireAsync(new SandboxRequest { ThreadId = ThreadId.FromKey("cli:new"), Token = 1 }, Token);

        await session.EndCommandsAsync(Token);

        Assert.Equal(expected, _backend[session.Sandbox]);
    }

    /// <summary>Three threads that have run one after the other.</summary>
    private async Task<SandboxRecord[]> RunThreeAsync()
    {
        var sandboxes = new List<SandboxRecord>();
        for (var i = 0; i < 3; i++)
        {
            sandboxes.Add(await RunOnceAsync(ThreadStatus.Done, $"{Key}{i}"));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        return [.. sandboxes];
    }

    /// <summary>One run of the thread that starts a sandbox, commits its record and ends as <paramref name="outcome"/>.</summary>
    private async Task<SandboxRecord> RunOnceAsync(ThreadStatus outcome, string key = Key)
    {
        await _store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = key,
                Origin = new ThreadOrigin { Channel = "github", User = "github:octocat" },
                DeliveryId = key,
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
