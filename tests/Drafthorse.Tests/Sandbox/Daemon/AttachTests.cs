using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Tests.Sandbox.Daemon;

public sealed class AttachTests : IAsyncDisposable
{
    private readonly SandboxDaemon _daemon = new(new SandboxDaemonOptions { SpillDirectory = Path.GetTempPath() });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    [Fact]
    public async Task AttachAsync_First_DescribesTheSandbox()
    {
        await using SandboxClient client = await AttachAsync(1);

        Assert.Equal(WireLimits.Version, client.Info.WireVersion);
        Assert.Equal(SandboxDaemon.Version, client.Info.Version);
    }

    [Fact]
    public async Task AttachAsync_OlderToken_IsRefusedAndTheNewerStays()
    {
        await using SandboxClient newer = await AttachAsync(7);

        AttachException error = await Assert.ThrowsAsync<AttachException>(() => AttachAsync(6));

        Assert.Equal(AttachRefusal.StaleToken, error.Refusal);
        await newer.PingAsync(Token);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public async Task AttachAsync_SameOrNewerToken_CutsTheOlderConnection(long token)
    {
        await using SandboxClient older = await AttachAsync(7);

        await using SandboxClient newer = await AttachAsync(token);
        await older.Connection.Completion.WaitAsync(Token);

        Assert.Equal("superseded", older.Connection.Error!.Code);
        await newer.PingAsync(Token);
    }

    [Fact]
    public async Task AttachAsync_OtherKeyThanTheFirst_IsRefused()
    {
        await using SandboxClient owner = await AttachAsync(1, "secret");

        AttachException error = await Assert.ThrowsAsync<AttachException>(() => AttachAsync(long.MaxValue, "guess"));

        Assert.Equal(AttachRefusal.WrongKey, error.Refusal);
        await owner.PingAsync(Token);
        await using SandboxClient next = await AttachAsync(2, "secret");
    }

    [Fact]
    public async Task Call_BeforeAttach_IsRefused()
    {
        await using WireConnection connection = WireConnection.Start(_daemon.Connect(), WireSide.Host, new WireHandlers());

        await using WireStream call = await connection.OpenAsync("exec", "{}"u8.ToArray(), Token);
        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(() => call.ReadAsync(new byte[1], Token).AsTask());

        Assert.Equal(CallCodes.UnknownMethod, error.Code);
    }

    [Fact]
    public async Task HostAsync_AfterAttach_IsTheNewestConnection()
    {
        Task<WireConnection> waiting = _daemon.HostAsync(Token);
        Assert.False(waiting.IsCompleted);

        await using SandboxClient client = await AttachAsync(1);
        WireConnection host = await waiting;

        Assert.Null(host.Error);
    }

    private Task<SandboxClient> AttachAsync(long token, string? key = null) =>
        SandboxClient.AttachAsync(_daemon.Connect(), new AttachRequest { Token = token, Key = key }, null, Token);
}
