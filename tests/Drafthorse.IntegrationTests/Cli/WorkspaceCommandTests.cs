using System.Diagnostics;
using Drafthorse.Harness.Memory;
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

    [Fact]
    public async Task Memory_IsListedShownPromotedForgottenAndExported()
    {
        var ledger = new MemoryLedger(new DirectoryFiles(Path.Combine(_home.FullName, "state", "workspace"), TimeProvider.System));
        var source = new FactSource { From = "github:comment:1", By = "github:ada", At = new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero) };
        var (fact, proposal) = (new Fact { Text = "we use xUnit", Source = source }, new Fact { Text = "we \u001b[2Jnever push", Source = source with { Why = "not said" } });
        await ledger.AddAsync("memory", Audience.OfUser("github:ada"), fact, Token);
        await ledger.AddAsync(MemoryLedger.Proposals, Audience.Organization, proposal, Token);

        var list = await RunAsync("memory", "list");
        var id = list.Output.Split("proposed ")[1][..8];
        var show = await RunAsync("memory", "show", id);
        var promote = await RunAsync("memory", "promote", id);
        var export = await RunAsync("memory", "export");
        var forget = await RunAsync("memory", "forget", fact.Id);
        var none = await RunAsync("memory", "forget", fact.Id);

        Assert.StartsWith($"{fact.Id}  github:ada  we use xUnit (said by github:ada, github:comment:1, 2026-01-02)\nproposed ", list.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", list.Output + show.Output + promote.Output, StringComparison.Ordinal);
        Assert.Contains("only proposed: not said\n", show.Output, StringComparison.Ordinal);
        Assert.StartsWith("A fact for organization now: we ", promote.Output, StringComparison.Ordinal);
        Assert.Equal(2, export.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("\"proposed\":true", export.Output, StringComparison.Ordinal);
        Assert.Equal((0, 1), (forget.Code, none.Code));
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
