using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Sandboxes;

public sealed class SandboxPoolTests : IAsyncDisposable
{
    private static readonly ThreadId Thread = ThreadId.FromKey("github:issue:owner/repo#42");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly FakeBackend _backend;
    private readonly SandboxPool _pool;

    public SandboxPoolTests()
    {
        _backend = new FakeBackend(_time);
        _pool = new SandboxPool(_backend, timeProvider: _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Fact]
    public async Task AcquireAsync_NoSandbox_StartsOneWithAKey()
    {
        await using var session = await AcquireAsync(null);

        Assert.Equal(AcquirePath.Fresh, session.Path);
        Assert.StartsWith(Thread.Prefix, session.Sandbox.Id, StringComparison.Ordinal);
        Assert.True(session.Sandbox.Key?.Length >= 32);
    }

    [Theory]
    [InlineData(SandboxStatus.Running, AcquirePath.Warm)]
    [InlineData(SandboxStatus.Paused, AcquirePath.Warm)]
    [InlineData(SandboxStatus.Stopped, AcquirePath.Resume)]
    public async Task AcquireAsync_SandboxExists_TakesIt(SandboxStatus status, AcquirePath path)
    {
        var sandbox = await StartAsync();
        _backend[sandbox] = status;

        await using var session = await AcquireAsync(sandbox);

        Assert.Equal(path, session.Path);
        Assert.Equal(sandbox, session.Sandbox);
        Assert.Equal(1, _backend.Started);
    }

    [Fact]
    public async Task AcquireAsync_SandboxGone_StartsAnother()
    {
        var sandbox = await StartAsync();
        await _backend.RemoveAsync(sandbox, Token);

        await using var session = await AcquireAsync(sandbox);

        Assert.Equal(AcquirePath.Fresh, session.Path);
        Assert.NotEqual(sandbox.Id, session.Sandbox.Id);
    }

    [Fact]
    public async Task AcquireAsync_SandboxUnreachable_IsReportedAndNotReplaced()
    {
        var sandbox = await StartAsync();
        _backend.IsUnreachable = true;

        var error = await Assert.ThrowsAsync<SandboxException>(() => AcquireAsync(sandbox));

        Assert.Equal(SandboxProblem.Unreachable, error.Problem);
        Assert.Equal(1, _backend.Started);
    }

    [Fact]
    public async Task AcquireAsync_SandboxOfAnotherKind_IsReportedAndNotReplaced()
    {
        var error = await Assert.ThrowsAsync<SandboxException>(() => AcquireAsync(new SandboxRecord("docker", "engine", "id")));

        Assert.Equal(SandboxProblem.Unreachable, error.Problem);
        Assert.Contains("SANDBOX_TYPE=docker", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _backend.Started);
    }

    [Fact]
    public async Task AcquireAsync_LocalBefore_StartsFresh()
    {
        await using var session = await AcquireAsync(new SandboxRecord("local", "here", "id"));

        Assert.Equal(AcquirePath.Fresh, session.Path);
    }

    [Fact]
    public async Task AcquireAsync_AnotherInterfaceThanLo_IsRefusedAndRemoved()
    {
        _backend.Interfaces = ["lo", "eth0"];

        var error = await Assert.ThrowsAsync<SandboxException>(() => AcquireAsync(null));

        Assert.Equal(SandboxProblem.NotIsolated, error.Problem);
        Assert.Contains("eth0", error.Message, StringComparison.Ordinal);
        Assert.Empty(await _backend.ListAsync(Token));
    }

    [Fact]
    public async Task AcquireAsync_NotYetListening_TriesAgain()
    {
        _backend.AttachesThatEnd = 2;
        var pool = new SandboxPool(_backend);

        await using var session = await pool.AcquireAsync(new SandboxRequest { ThreadId = Thread, Token = 1 }, Token);

        Assert.Equal(AcquirePath.Fresh, session.Path);
    }

    [Fact]
    public async Task GetClientAsync_StreamLost_AttachesAgain()
    {
        await using var session = await AcquireAsync(null);
        var before = await session.GetClientAsync(Token);
        _backend.LoseStreams();
        await before.Connection.Completion.WaitAsync(Token);

        var after = await session.GetClientAsync(Token);

        Assert.NotSame(before, after);
        await after.PingAsync(Token);
    }

    private async Task<SandboxRecord> StartAsync()
    {
        await using var session = await AcquireAsync(null);
        return session.Sandbox;
    }

    private Task<SandboxSession> AcquireAsync(SandboxRecord? sandbox) =>
        _pool.AcquireAsync(new SandboxRequest { ThreadId = Thread, Token = 1, Sandbox = sandbox }, Token);
}
