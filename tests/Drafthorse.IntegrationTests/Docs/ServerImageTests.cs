using System.Diagnostics;
using Drafthorse.IntegrationTests.Crashes;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Docs;

/// <summary>The server's image, made of what is published, on the engine that it is given.</summary>
public sealed class ServerImageTests(DockerEngineFixture engine)
{
    private const string Image = "drafthorse/server:test";
    private const string Socket = "/var/run/docker.sock";

    [Fact]
    public async Task Image_OrdinaryUserAndReadOnlyRoot_DoesTheDemoWithSandboxesBesideIt()
    {
        Assert.SkipWhen(ServeProcess.Shipped == ServeProcess.Program, "nothing is published that is newer than the build (deploy/publish.sh)");
        var host = await engine.GetAsync();
        Assert.SkipUnless(host.Scheme == "unix", "the engine has no socket on this machine");
        var group = (await RunAsync("stat", "-c", "%g", host.AbsolutePath)).Printed.Trim();

        var built = await DockerAsync(host, "build", "--quiet", "--build-arg", "BASE=drafthorse/sandbox:test", "-t", Image, "-f", "deploy/server/Dockerfile", ".");
        Assert.True(built.Code == 0, built.Printed);
        var user = await DockerAsync(host, "image", "inspect", "--format", "{{.Config.User}} {{.Config.StopSignal}}", Image);
        string[] closed = ["--rm", "--read-only", "--tmpfs", "/tmp:exec", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "none"];
        var demo = await DockerAsync(host,
            ["run", .. closed, "--group-add", group, "--volume", $"{host.AbsolutePath}:{Socket}", "--env", $"DOCKER_HOST=unix://{Socket}", "--env", "SANDBOX_TYPE=docker", "--env", "SANDBOX_IMAGE=drafthorse/sandbox:test", Image, "demo"]);
        var refused = await DockerAsync(host, ["run", .. closed, "--env", "SANDBOX_TYPE=docker", Image, "serve"]);

        Assert.Equal("10001:10001 SIGTERM", user.Printed.Trim());
        Assert.True(demo.Code == 0, demo.Printed);
        Assert.Contains("sandbox   docker", demo.Printed, StringComparison.Ordinal);
        Assert.Contains("draft pull request http", demo.Printed, StringComparison.Ordinal);
        Assert.True(refused.Code == 2, $"{refused.Code}: {refused.Printed}");
    }

    private static Task<(int Code, string Printed)> DockerAsync(Uri host, params string[] arguments) => RunAsync("docker", ["--host", host.OriginalString, .. arguments]);

    private static async Task<(int Code, string Printed)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = DockerEngineFixture.Checkout };
        using var process = Process.Start(start)!;
        var (printed, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await printed + await errors);
    }
}
