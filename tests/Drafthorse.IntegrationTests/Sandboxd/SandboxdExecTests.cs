using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Tests.Sandbox.Exec;

namespace Drafthorse.IntegrationTests.Sandboxd;

public sealed class ManagedSandboxdExecTests() : SandboxdExecTests(native: false);

public sealed class NativeSandboxdExecTests() : SandboxdExecTests(native: true);

/// <summary>Commands in a daemon of its own, over its unix socket.</summary>
public abstract class SandboxdExecTests(bool native) : ExecConformance
{
    private SandboxdProcess? _process;

    protected override string[] AllowedVariables => ["SANDBOXD_TEST"];

    protected override async Task<SandboxClient> AttachAsync(long token)
    {
        _process ??= await SandboxdProcess.LaunchAsync(native, Scratch, Scratch);
        return await SandboxClient.AttachAsync(await _process.ConnectAsync(), new AttachRequest { Token = token }, null, Token);
    }

    protected override async Task StopAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    [Fact]
    public async Task Exec_StrayWithoutAnyMark_IsKilledToo()
    {
        string name = Mark();

        await RunAsync(
            $"setsid env -i setsid sh -c 'sleep 1000.{name} & exit' & sleep 1000.{name}", r => r with { Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal(0, Count(name));
    }

    [Fact]
    public async Task EndAll_StrayWithoutAnyMark_IsEndedToo()
    {
        string name = Mark();
        await RunAsync($"setsid env -i setsid sh -c 'sleep 1000.{name} & exit' > /dev/null 2>&1 &");
        while (Count(name) < 1)
            await Client.PingAsync(Token);

        Assert.True(await Commands.EndAllAsync(Token));

        Assert.Equal(0, Count(name));
    }

    [Fact]
    public async Task Exec_OrphanEnds_IsReaped()
    {
        int daemon = Client.Info.ProcessId;

        await RunAsync("for i in 1 2 3 4 5; do (setsid sh -c 'true' &); done");
        string zombies = "?";
        while (zombies.Length > 0)
            zombies = (await RunAsync($"ps --ppid {daemon} -o stat= | grep Z || true")).Output.Trim();

        Assert.Equal("", zombies);
    }
}
