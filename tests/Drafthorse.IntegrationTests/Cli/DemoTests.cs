using Drafthorse.IntegrationTests.Crashes;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>The first of the two commands of the README, as a first-time user runs it: built, not published.</summary>
public sealed class DemoTests : IAsyncDisposable
{
    private readonly CliWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    /// <summary>Only what a shell and git need: no compiler, no Docker, no bubblewrap.</summary>
    [Fact]
    public async Task Demo_WithNothingButGit_EndsWithAVerifiedDraftInLocal()
    {
        _world.Environment["PATH"] = OnlyGit();
        _world.Environment["DOCKER_HOST"] = "unix:///nowhere/docker.sock";

        await using var demo = await RunAsync("demo");

        ExpectDraft(demo);
        Assert.Contains("sandbox   local: no isolation", demo.Output, StringComparison.Ordinal);
        Assert.Contains("not docker: no engine answers", demo.Output, StringComparison.Ordinal);
        Assert.Contains("not bubblewrap", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_WithTheBestSandboxOfThisMachine_LeavesNothing()
    {
        await using var demo = await RunAsync("demo");

        ExpectDraft(demo);
        Assert.Equal("", demo.Errors);
        Assert.Empty(Directory.GetDirectories(_world.Environment["TMPDIR"], "drafthorse-demo-*"));
    }

    [Fact]
    public async Task Demo_Keep_StaysUntilInterruptedAndCanBeLookedAt()
    {
        _world.Environment["SANDBOX_TYPE"] = "local";
        await using var demo = CliProcess.Start(_world, ServeProcess.Program, ["demo", "--keep"]);
        await demo.SeeAsync("drafthorse threads list");
        var lines = demo.Output.Split('\n', StringSplitOptions.TrimEntries);

        await using var clone = CliProcess.Start(_world, "git", ["clone", "-q", lines.Single(line => line.StartsWith("git clone ", StringComparison.Ordinal))["git clone ".Length..], "kept"]);
        await clone.EndAsync();
        _world.Environment["DRAFTHORSE_HOME"] = lines.Single(line => line.StartsWith("DRAFTHORSE_HOME=", StringComparison.Ordinal)).Split(' ')[0]["DRAFTHORSE_HOME=".Length..];
        await using var list = await RunAsync("threads", "list");
        demo.Signal("INT");
        await demo.EndAsync();

        clone.Expect(0);
        Assert.True(File.Exists(Path.Combine(_world.Folder, "kept", "greet.sh")));
        Assert.Contains("Greeting loses the name", list.Output, StringComparison.Ordinal);
        demo.Expect(0);
    }

    private async Task<CliProcess> RunAsync(params string[] arguments)
    {
        var process = CliProcess.Start(_world, ServeProcess.Program, arguments);
        await process.EndAsync();
        return process;
    }

    private static void ExpectDraft(CliProcess demo)
    {
        demo.Expect(0);
        foreach (var line in new[]
        {
            "recorded script", "is opened; its signed webhook is answered 202", "sh test.sh on a clean checkout of", ": passed", "lets through the push of drafthorse/1-greeting-loses-the-name",
            "Greeting loses the name  draft, drafthorse/1-greeting-loses-the-name into main", "\n-name=$2\n+name=$1\n", "Done in", "Next:",
        })
        {
            Assert.Contains(line, demo.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<!--", demo.Output, StringComparison.Ordinal);
    }

    /// <summary>A folder with links to the programs that the demo may count on.</summary>
    private string OnlyGit()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_world.Folder, "bin")).FullName;
        foreach (var program in new[] { "sh", "git", "cat", "mkdir", "rm", "mv", "ls", "dirname", "sed", "grep", "env" })
        {
            var found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(part => Path.Combine(part, program)).FirstOrDefault(File.Exists);
            if (found is not null)
                File.CreateSymbolicLink(Path.Combine(folder, program), found);
        }

        return folder;
    }
}
