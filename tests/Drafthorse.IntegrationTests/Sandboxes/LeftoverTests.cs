using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.IntegrationTests.Sandboxes;

/// <summary>What a run started ends with it, however it hid; what is kept holds little.</summary>
public sealed class LeftoverTests(DockerEngineFixture docker)
{
    private const string DaemonStartedAt = "sed 's/.*) //' /proc/1/stat | cut -d' ' -f20";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task EndCommands_SessionsAndOrphans_AllEnd(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        var mark = Random.Shared.Next(100_000_000, 999_999_999);
        var started = await world.ShellAsync(session, DaemonStartedAt);
        var client = await session.GetClientAsync(Token);
        await client.Commands.StartAsync(world.Request($"trap '' TERM; while :; do sleep {mark}; done", TimeSpan.FromMinutes(5)), Token);
        await world.ShellAsync(session, $"for i in 1 2 3; do setsid sh -c 'trap \"\" TERM HUP; sleep {mark}; sleep {mark}' > /dev/null 2>&1 & done; (sh -c 'sleep {mark} &' > /dev/null 2>&1 &)");
        while (Count(mark) < 5)
            await client.PingAsync(Token);

        await session.EndCommandsAsync(Token);

        Assert.Equal(0, Count(mark));
        Assert.Equal(SandboxStatus.Running, await world.Backend.InspectAsync(session.Sandbox, Token));
        Assert.False((await world.Backend.MeasureAsync(session.Sandbox, Token)).IsBusy);
        Assert.Equal(started, await world.ShellAsync(session, DaemonStartedAt));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task EndCommands_NothingToTellThemBy_AllEnd(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        var mark = Random.Shared.Next(100_000_000, 999_999_999);
        await world.ShellAsync(session, $"env -i setsid sh -c 'setsid sleep {mark} & exit' > /dev/null 2>&1 &");
        if (kind == SandboxKind.Docker)
            await world.ShellAsync(session, $"setpriv --reuid 1234 --clear-groups setsid sh -c 'sleep {mark} & exit' > /dev/null 2>&1 &");
        var client = await session.GetClientAsync(Token);
        while (Count(mark) < (kind == SandboxKind.Docker ? 2 : 1))
            await client.PingAsync(Token);
        var busy = await world.Backend.MeasureAsync(session.Sandbox, Token);

        await session.EndCommandsAsync(Token);

        Assert.True(busy.IsBusy);
        Assert.Equal(0, Count(mark));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Stop_PausedWithFilesInMemory_GivesThemBackAndKeepsTheRest(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        var session = await world.AcquireAsync();
        await world.ShellAsync(session, "echo kept > kept; head -c 40000000 /dev/zero > /tmp/large");
        await session.DisposeAsync();
        await world.Backend.PauseAsync(session.Sandbox, Token);
        var held = await world.Backend.MeasureAsync(session.Sandbox, Token);

        await world.Backend.StopAsync(session.Sandbox, Token);
        var stopped = await world.Backend.InspectAsync(session.Sandbox, Token);
        await using var again = await world.AcquireAsync(session.Sandbox, token: 2);

        Assert.True(held.MemoryBytes > 40_000_000, $"{held.MemoryBytes} bytes");
        Assert.Equal(SandboxStatus.Stopped, stopped);
        Assert.Equal(AcquirePath.Resume, again.Path);
        Assert.Equal("kept", await world.ShellAsync(again, "cat kept; ls /tmp"));
    }

    /// <summary>The processes of this machine that sleep for this long.</summary>
    private static int Count(int mark) => Directory.EnumerateDirectories("/proc").Count(entry => ReadCommand(entry) == $"sleep\0{mark}\0");

    private static string ReadCommand(string entry)
    {
        try
        {
            return File.ReadAllText(Path.Combine(entry, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
