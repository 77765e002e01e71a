using System.Globalization;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.IntegrationTests.Sandboxes;

public sealed class BubblewrapBackendTests(DockerEngineFixture docker)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sandbox_Started_IsNoChildOfThisProcess()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.BubblewrapManaged, docker);
        await using var session = await world.AcquireAsync();

        var ancestors = new List<int>();
        for (var id = SandboxProcess.Find(session.Sandbox.Id) ?? 0; id > 1; id = Field(id, "PPid:"))
            ancestors.Add(id);

        Assert.True(ancestors.Count >= 2);
        Assert.DoesNotContain(Environment.ProcessId, ancestors);
    }

    [Fact]
    public async Task Sandbox_Started_HasNoRootOnTheHost()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.BubblewrapManaged, docker);
        await using var session = await world.AcquireAsync();

        var first = SandboxProcess.Find(session.Sandbox.Id);

        Assert.NotNull(first);
        Assert.NotEqual(0, Field(first.Value, "Uid:"));
    }

    [Fact]
    public async Task Acquire_FirstProcessDied_ResumesWithItsFiles()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.BubblewrapManaged, docker);
        await using var first = await world.AcquireAsync();
        await world.ShellAsync(first, "echo kept > kept; echo kept > $HOME/kept; echo lost > /tmp/lost");
        await SandboxProcess.KillAsync(first.Sandbox.Id, Token);
        var stopped = await world.Backend.InspectAsync(first.Sandbox, Token);

        await using var second = await world.AcquireAsync(first.Sandbox, token: 2);

        Assert.Equal(SandboxStatus.Stopped, stopped);
        Assert.Equal(AcquirePath.Resume, second.Path);
        Assert.Equal("kept\nkept", await world.ShellAsync(second, "cat kept $HOME/kept /tmp/lost 2>/dev/null"));
    }

    [Fact]
    public async Task Session_DaemonFreezes_WaitingCallsFail()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.BubblewrapManaged, docker);
        var options = new SandboxPoolOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(50), HeartbeatTimeout = TimeSpan.FromSeconds(2) };
        await using var session = await new SandboxPool(world.Backend, options).AcquireAsync(new SandboxRequest { ThreadId = world.ThreadId, Token = 1 }, Token);

        await world.Backend.PauseAsync(session.Sandbox, Token);
        var lost = await Assert.ThrowsAsync<WireException>(() => world.ExecAsync(session, "echo never"));

        Assert.Equal("silent", lost.Code);
    }

    [Fact]
    public async Task Start_PathTooLongForASocket_SaysWhatToDo()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.BubblewrapManaged, docker);
        var state = Path.Combine(world.HostDirectory, new string('d', 90));
        await using var backend = new BubblewrapBackend(new BubblewrapOptions { StateDirectory = state, SandboxdPath = SandboxdPrograms.FindManaged() });

        var error = await Assert.ThrowsAsync<SandboxException>(() => backend.StartAsync(new SandboxStart { ThreadId = world.ThreadId, Name = "name" }, Token));

        Assert.Contains("shorter", error.Message, StringComparison.Ordinal);
        Assert.Empty(await backend.ListAsync(Token));
    }

    [Fact]
    public async Task List_SandboxLeftHalfMade_IsThereAndCanBeRemoved()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.BubblewrapManaged, docker);
        var state = Path.Combine(world.HostDirectory, "state");
        Directory.CreateDirectory(Path.Combine(state, "no-file"));
        Directory.CreateDirectory(Path.Combine(state, "half-a-file"));
        await File.WriteAllTextAsync(Path.Combine(state, "half-a-file", "sandbox.json"), "{\"thr", Token);
        await using var backend = new BubblewrapBackend(new BubblewrapOptions { StateDirectory = state, SandboxdPath = SandboxdPrograms.FindManaged() });

        var left = await backend.ListAsync(Token);
        foreach (var listing in left)
            await backend.RemoveAsync(listing.Sandbox, Token);

        Assert.Equal(["half-a-file", "no-file"], left.Select(listing => listing.Sandbox.Id).Order());
        Assert.All(left, listing => Assert.InRange(DateTimeOffset.UtcNow - listing.CreatedAt, TimeSpan.Zero, TimeSpan.FromHours(1)));
        Assert.Empty(await backend.ListAsync(Token));
    }

    private static int Field(int process, string name) => int.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split('\t')[1], CultureInfo.InvariantCulture);
}
