using System.Diagnostics;
using Drafthorse.Harness.Skills;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>The commands of docs/workspace.md, as a person runs them.</summary>
public sealed class WorkspaceCommandTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dhw-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Workspace => Path.Combine(_home.FullName, "workspace");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Check_NamesFaultsAndExitsWith1_AndIsSilentOnAGoodOne()
    {
        Put("AGENTS.md", "rules\n");
        var good = await RunAsync("workspace", "check");
        Put("hooks.json", "{\n  oops\n}");
        var bad = await RunAsync("workspace", "check", Workspace);
        var none = await RunAsync("workspace", "check", Path.Combine(_home.FullName, "none"));

        Assert.Equal((0, ""), good);
        Assert.Equal(1, bad.Code);
        Assert.StartsWith("hooks.json:2: this is not valid JSON", bad.Output, StringComparison.Ordinal);
        Assert.Equal(2, none.Code);
    }

    [Fact]
    public async Task Skills_AreListedComparedPromotedAndRejected()
    {
        Put("skills/deploy/SKILL.md", "---\nname: deploy\ndescription: Deploys.\n---\nSlowly.\n");
        Put("skills/bad/SKILL.md", "no head");
        await GitAsync("init", "--quiet");
        var proposals = new SkillProposals(new DirectoryFiles(Path.Combine(_home.FullName, "state", "workspace"), TimeProvider.System));
        Assert.Null(await proposals.SaveAsync("deploy", "Deploys.", "Fast.", "a test", Token));
        Assert.Null(await proposals.SaveAsync("other", "Other.", "Do.", "a test", Token));

        var list = await RunAsync("skills", "list");
        var show = await RunAsync("skills", "show", "deploy");
        var diff = await RunAsync("skills", "diff", "deploy");
        var promote = await RunAsync("skills", "promote", "deploy");
        var reject = await RunAsync("skills", "reject", "other");
        var again = await RunAsync("skills", "promote", "../other");

        Assert.Equal("deploy  loaded 0 times  Deploys.\ncannot be used: skills/bad/SKILL.md:1: the file must begin with a head: a line of three hyphens, name and description, a line of three hyphens\ndraft: deploy  (drafthorse skills show deploy)\ndraft: other  (drafthorse skills show other)\n", list.Output);
        Assert.Contains("Fast.", show.Output, StringComparison.Ordinal);
        Assert.Contains("-Slowly.\n", diff.Output, StringComparison.Ordinal);
        Assert.Contains("+Fast.\n", diff.Output, StringComparison.Ordinal);
        Assert.True(promote.Output.EndsWith("skills/deploy/SKILL.md, committed\n", StringComparison.Ordinal), promote.Output);
        Assert.Contains("Fast.", await File.ReadAllTextAsync(Path.Combine(Workspace, "skills/deploy/SKILL.md"), Token), StringComparison.Ordinal);
        Assert.Equal("Skill deploy, as an agent proposed it", await GitAsync("log", "-1", "--format=%s"));
        Assert.Equal((0, 1), (reject.Code, again.Code));
        Assert.Empty(await proposals.ListAsync(Token));
    }

    private void Put(string path, string text)
    {
        var full = Path.Combine(Workspace, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private Task<string> GitAsync(params string[] arguments) => StartAsync("git", ["-C", Workspace, .. arguments]).ContinueWith(run => run.Result.Output.Trim(), Token, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => StartAsync(CliProcess.Program, arguments);

    private async Task<(int Code, string Output)> StartAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DRAFTHORSE_HOME"] = _home.FullName;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Token);
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        await error;
        return (process.ExitCode, output);
    }
}
