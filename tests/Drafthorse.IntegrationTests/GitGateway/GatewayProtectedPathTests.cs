namespace Drafthorse.IntegrationTests.GitGateway;

public sealed class GatewayProtectedPathTests
{
    private const string Workflow = ".github/workflows/ci.yml";
    private const string Deploy = ".github/workflows/deploy.yml";

    [Fact]
    public async Task Push_MergeThatDropsWhatTheBaseAdded_IsRefusedWithThePaths()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        await fixture.MoveUpstreamAsync("main", Deploy, "on: release\n");
        await fixture.MoveUpstreamAsync("main", "CODEOWNERS", "* @acme/owners\n");
        await fixture.MustAsync(work, "fetch", "--quiet", "origin");
        await fixture.MustAsync(work, "merge", "--quiet", "--no-edit", "-s", "ours", "origin/main");

        await RefusedAsync(fixture, work, Deploy, "CODEOWNERS");
    }

    [Fact]
    public async Task Push_OfWhatTheBaseHasNow_IsRefused_AsItWouldUndoALaterRevert()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.MoveUpstreamAsync("main", Deploy, "on: release\n");
        await fixture.CommitAsync(work, Deploy, "on: release\n");

        await RefusedAsync(fixture, work, Deploy);
    }

    [Fact]
    public async Task Push_AfterAPersonChangedAWorkflow_KeepsTheirs()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        await fixture.MoveUpstreamAsync(GatewayFixture.Branch, Workflow, "on: [push, release]\n");
        await fixture.MoveUpstreamAsync("main", "other.txt", "other\n");
        await fixture.MustAsync(work, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", GatewayFixture.Branch);
        await fixture.CommitAsync(work, "b.txt", "b");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        await fixture.MustAsync(work, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");

        await fixture.CommitAsync(work, Workflow, "on: [push, release, issues]\n");

        await RefusedAsync(fixture, work, Workflow);
    }

    [Fact]
    public async Task Push_MergeThatKeepsAPersonsOlderVersionOverTheBasesNewer_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        await fixture.MoveUpstreamAsync(GatewayFixture.Branch, Workflow, "on: [push, release]\n");
        await fixture.MoveUpstreamAsync("main", Workflow, "on: pull_request\n");
        await fixture.MustAsync(work, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", GatewayFixture.Branch);
        await fixture.MustAsync(work, "fetch", "--quiet", "origin");
        await fixture.MustAsync(work, "merge", "--quiet", "--no-edit", "-s", "ours", "origin/main");

        await RefusedAsync(fixture, work, Workflow);
    }

    [Theory]
    [InlineData("rm -rf .github && ln -s src .github", ".github")]
    [InlineData("rm -rf .github && echo x > .github", ".github")]
    [InlineData("git rm -rq .github && git update-index --add --cacheinfo 160000,1111111111111111111111111111111111111111,.github", ".github")]
    [InlineData("git rm -q .github/workflows/ci.yml && git update-index --add --cacheinfo 160000,1111111111111111111111111111111111111111,.github/workflows", ".github/workflows")]
    [InlineData("mkdir -p .gitlab && ln -s ../README.md .gitlab/CODEOWNERS", ".gitlab/CODEOWNERS")]
    [InlineData("ln -s src docs", "docs")]
    [InlineData("git mv .github/workflows/ci.yml .github/workflows/CI.yml", ".github/workflows/CI.yml")]
    [InlineData("mkdir -p .GITHUB/WorkFlows && echo x > .GITHUB/WorkFlows/a.yml", ".GITHUB/WorkFlows/a.yml")]
    [InlineData("chmod +x .github/workflows/ci.yml", ".github/workflows/ci.yml")]
    public async Task Push_ProtectedPathInAnotherKindOrCase_IsRefused(string change, string path)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        var (exitCode, said) = await fixture.ShellAsync(work, $"{change} && {{ case '{change}' in *update-index*) ;; *) git add -A ;; esac; }} && git commit -qm change");
        Assert.True(exitCode == 0, said);

        await RefusedAsync(fixture, work, path);
    }

    [Fact]
    public async Task Push_OtherFilesBeside_GoThrough()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, ".github/ISSUE_TEMPLATE/bug.md", "bug\n");
        await fixture.CommitAsync(work, "docs/guide.md", "guide\n");
        await fixture.CommitAsync(work, "src/CODEOWNERS.md", "none\n");

        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
    }

    [Fact]
    public async Task Push_MergeBeforeLastThatDropsTheBasesChange_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MoveUpstreamAsync("main", Deploy, "on: release\n");
        await fixture.MustAsync(work, "fetch", "--quiet", "origin");
        await fixture.MustAsync(work, "merge", "--quiet", "--no-edit", "-s", "ours", "origin/main");
        await fixture.MoveUpstreamAsync("main", "other.txt", "other\n");
        await fixture.MustAsync(work, "fetch", "--quiet", "origin");
        await fixture.MustAsync(work, "merge", "--quiet", "--no-commit", "origin/main");
        await fixture.MustAsync(work, "checkout", "origin/main", "--", Deploy);
        await fixture.MustAsync(work, "commit", "--quiet", "--no-edit");

        await RefusedAsync(fixture, work, Deploy);
    }

    [Fact]
    public async Task Push_ChangesAFileThatTheBaseHasMovedToAProtectedPlace_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var build = string.Concat(Enumerable.Range(0, 20).Select(line => $"step {line}\n"));
        await fixture.MoveUpstreamAsync("main", "build.yml", build);
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "build.yml", build.Replace("step 7", "step seven", StringComparison.Ordinal));
        await fixture.MustAsync("", "clone", "--quiet", fixture.Remote.PathOf("acme/widgets"), "person");
        await fixture.ShellAsync("person", "git mv build.yml .github/workflows/build.yml && git commit -qm 'Move it' && git push -q origin main");

        await RefusedAsync(fixture, work, ".github/workflows/build.yml");
    }

    private static async Task RefusedAsync(GatewayFixture fixture, string work, params string[] paths)
    {
        var before = await fixture.RemoteRefsAsync();
        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("protected paths need a person's approval: ", output, StringComparison.Ordinal);
        Assert.All(paths, path => Assert.Contains(path, fixture.Pushes.Last().ProtectedPaths));
        Assert.Equal(before, await fixture.RemoteRefsAsync());
    }
}
