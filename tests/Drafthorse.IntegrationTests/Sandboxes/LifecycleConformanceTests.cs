using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.IntegrationTests.Sandboxes;

public sealed class LifecycleConformanceTests(DockerEngineFixture docker)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Pause_ThenAcquire_ProcessesGoOn(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        await world.ShellAsync(session, "sleep 1000 & echo $! > pid");

        await world.Backend.PauseAsync(session.Sandbox, Token);
        var paused = await world.Backend.InspectAsync(session.Sandbox, Token);
        await session.DisposeAsync();
        await using var again = await world.AcquireAsync(session.Sandbox, token: 2);

        Assert.Equal(SandboxStatus.Paused, paused);
        Assert.Equal(AcquirePath.Warm, again.Path);
        Assert.Equal(SandboxStatus.Running, await world.Backend.InspectAsync(session.Sandbox, Token));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Remove_Running_NothingIsLeft(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var session = await world.AcquireAsync();
        await world.ShellAsync(session, "mkdir -p closed/in && chmod 000 closed; d=.; for i in $(seq 300); do d=$d/deep; done; mkdir -p $d");
        var listed = await world.Backend.ListAsync(Token);

        await world.Backend.RemoveAsync(session.Sandbox, Token);
        await world.Backend.RemoveAsync(session.Sandbox, Token);

        Assert.Equal(world.ThreadId, Assert.Single(listed).ThreadId);
        Assert.Equal(SandboxStatus.Gone, await world.Backend.InspectAsync(session.Sandbox, Token));
        Assert.Empty(await world.Backend.ListAsync(Token));
        if (kind != SandboxKind.Docker)
            Assert.False(Directory.Exists(Path.Combine(world.HostDirectory, "state", session.Sandbox.Id)));
    }

    [Theory]
    [ClassData(typeof(AnySandbox))]
    public async Task Acquire_SandboxRemoved_StartsFresh(SandboxKind kind)
    {
        await using var world = await SandboxWorld.CreateAsync(kind, docker);
        await using var first = await world.AcquireAsync();
        await world.Backend.RemoveAsync(first.Sandbox, Token);

        await using var second = await world.AcquireAsync(first.Sandbox, token: 2);

        Assert.Equal(AcquirePath.Fresh, second.Path);
        Assert.Equal("ok", await world.ShellAsync(second, "echo ok"));
    }
}
