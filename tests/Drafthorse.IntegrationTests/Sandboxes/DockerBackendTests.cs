using System.Diagnostics;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Sandboxes;

public sealed class DockerBackendTests(DockerEngineFixture docker)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_ImageMissing_NamesTheBuildCommand()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.Docker, docker);
        await using var backend = new DockerBackend(new DockerSandboxOptions { Endpoint = await docker.GetAsync(), Image = "drafthorse/sandbox:absent" });

        var error = await Assert.ThrowsAsync<SandboxException>(() => backend.StartAsync(new SandboxStart { ThreadId = world.ThreadId, Name = "absent" }, Token));
        var availability = await backend.CheckAsync(Token);

        Assert.Equal(SandboxProblem.NotReady, error.Problem);
        Assert.Contains("docker build -t drafthorse/sandbox:absent -f deploy/sandbox/minimal.Dockerfile deploy/sandbox", error.Message, StringComparison.Ordinal);
        Assert.Equal(new SandboxAvailability(false, error.Message), availability);
    }

    [Fact]
    public async Task Start_RuntimeMissing_NamesIt()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.Docker, docker);
        await using var backend = new DockerBackend(new DockerSandboxOptions { Endpoint = await docker.GetAsync(), Image = "drafthorse/sandbox:test", Runtime = "runsc" });

        var availability = await backend.CheckAsync(Token);
        var error = await Assert.ThrowsAsync<SandboxException>(() => backend.StartAsync(new SandboxStart { ThreadId = world.ThreadId, Name = "runtime" }, Token));

        Assert.False(availability.Ready);
        Assert.Contains("runsc", availability.Detail, StringComparison.Ordinal);
        Assert.Contains("runsc", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Engine_Away_IsUnreachableAndNothingIsReplaced()
    {
        await using var backend = new DockerBackend(new DockerSandboxOptions { Endpoint = new Uri("unix:///nowhere/docker.sock") });
        var pool = new SandboxPool(backend);
        var record = new SandboxRecord("docker", "engine", "id");

        var availability = await backend.CheckAsync(Token);
        var status = await backend.InspectAsync(record, Token);
        var error = await Assert.ThrowsAsync<SandboxException>(() =>
            pool.AcquireAsync(new SandboxRequest { ThreadId = default, Token = 1, Sandbox = record }, Token));

        Assert.Contains("no engine answers at unix:///nowhere/docker.sock", availability.Detail, StringComparison.Ordinal);
        Assert.Equal(SandboxStatus.Unreachable, status);
        Assert.Equal(SandboxProblem.Unreachable, error.Problem);
    }

    [Fact]
    public async Task Acquire_ContainerStopped_ResumesWithItsFiles()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.Docker, docker);
        await using var first = await world.AcquireAsync();
        await world.ShellAsync(first, "echo kept > kept");
        await DockerAsync("kill", first.Sandbox.Id);
        var stopped = await world.Backend.InspectAsync(first.Sandbox, Token);

        await using var second = await world.AcquireAsync(first.Sandbox, token: 2);

        Assert.Equal(SandboxStatus.Stopped, stopped);
        Assert.Equal(AcquirePath.Resume, second.Path);
        Assert.Equal("kept", await world.ShellAsync(second, "cat kept"));
    }

    [Fact]
    public async Task Sandbox_ImageWithNothingButAShell_Works()
    {
        await using var world = await SandboxWorld.CreateAsync(SandboxKind.Docker, docker);
        await using var backend = new DockerBackend(
            new DockerSandboxOptions { Endpoint = await docker.GetAsync(), Image = "drafthorse/sandbox:busybox", Deployment = world.ThreadId.ToString() });
        await using var session = await new SandboxPool(backend).AcquireAsync(new SandboxRequest { ThreadId = world.ThreadId, Token = 1 }, Token);

        var output = await world.ShellAsync(session, "pwd; echo $HOME");
        await backend.RemoveAsync(session.Sandbox, Token);

        Assert.Equal("/src\n/root", output);
    }

    private async Task DockerAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("docker", ["--host", (await docker.GetAsync()).ToString(), .. arguments]) { RedirectStandardOutput = true })!;
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
    }
}
