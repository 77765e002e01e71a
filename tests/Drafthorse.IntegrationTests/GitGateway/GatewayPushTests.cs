using Drafthorse.Harness.GitGateway;

namespace Drafthorse.IntegrationTests.GitGateway;

public sealed class GatewayPushTests
{
    [Fact]
    public async Task CloneAndPush_ThreadsBranch_ReachesUpstream()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        var commit = await fixture.CommitAsync(work, "src/widget.txt", "two\n");

        var output = await fixture.MustAsync(work, "push", "origin", "HEAD");

        Assert.Contains($"drafthorse: pushed {commit[..12]} to {GatewayFixture.Branch}", output, StringComparison.Ordinal);
        Assert.Equal(commit, await fixture.AtRemoteAsync("rev-parse", $"refs/heads/{GatewayFixture.Branch}"));
        var push = Assert.Single(fixture.Pushes);
        Assert.True(push.Pushed);
        Assert.Equal((commit, (string?)null), (push.Commit, push.OldCommit));
        Assert.Contains(GitAccess.Write, fixture.Accesses);
        Assert.All(fixture.Requests, request => Assert.Equal(200, request.Status));
    }

    [Fact]
    public async Task Push_SecondCommit_FastForwards()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        var first = await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        var second = await fixture.CommitAsync(work, "b.txt", "b");

        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");

        Assert.Equal(second, await fixture.AtRemoteAsync("rev-parse", $"refs/heads/{GatewayFixture.Branch}"));
        Assert.Equal(first, fixture.Pushes.Last().OldCommit);
    }

    [Theory]
    [InlineData("HEAD:refs/heads/main", "may only write drafthorse/42-fix")]
    [InlineData("HEAD:refs/heads/drafthorse/43-other", "may only write drafthorse/42-fix")]
    [InlineData("HEAD:refs/heads/drafthorse/42-fix/../../main", null)]
    [InlineData("HEAD:refs/heads/Drafthorse/42-fix", "may only write drafthorse/42-fix")]
    [InlineData("HEAD:refs/tags/v1", "may only write drafthorse/42-fix")]
    [InlineData("HEAD:refs/for/main", "may only write drafthorse/42-fix")]
    [InlineData("HEAD:refs/replace/0000000000000000000000000000000000000001", "may only write drafthorse/42-fix")]
    [InlineData(":refs/heads/main", null)]
    public async Task Push_AnotherRef_IsRefused(string refspec, string? reason)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        var before = await fixture.RemoteRefsAsync();

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", refspec);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(reason ?? "", output, StringComparison.Ordinal);
        Assert.Equal(before, await fixture.RemoteRefsAsync());
        Assert.All(fixture.Pushes, push => Assert.False(push.Pushed));
    }

    [Fact]
    public async Task Push_DeletesTheBranch_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        var before = await fixture.RemoteRefsAsync();

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "--delete", GatewayFixture.Branch);

        Assert.NotEqual(0, exitCode);
        Assert.NotEmpty(output);
        Assert.Equal(before, await fixture.RemoteRefsAsync());
    }

    [Fact]
    public async Task Push_TwoRefsAtOnce_RefusesBoth()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        var before = await fixture.RemoteRefsAsync();

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD", "HEAD:refs/heads/second");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("exactly one ref", output, StringComparison.Ordinal);
        Assert.Equal(before, await fixture.RemoteRefsAsync());
    }

    [Fact]
    public async Task Push_ForcedRewrite_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        var first = await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        await fixture.MustAsync(work, "commit", "--quiet", "--amend", "--message", "Rewritten");

        var (exitCode, output) = await fixture.GitAsync(work, "push", "--force", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("drafthorse", output, StringComparison.Ordinal);
        Assert.Equal(first, await fixture.AtRemoteAsync("rev-parse", $"refs/heads/{GatewayFixture.Branch}"));
    }

    [Theory]
    [InlineData(".github/workflows/ci.yml")]
    [InlineData(".github/workflows/new.yml")]
    [InlineData(".GitHub/Workflows/new.yml")]
    [InlineData(".drafthorse.yml")]
    [InlineData(".github/actions/build/action.yml")]
    [InlineData("docs/CODEOWNERS")]
    [InlineData(".gitlab/CODEOWNERS")]
    [InlineData(".github/dependabot.yml")]
    [InlineData(".gitlab-ci.yml")]
    [InlineData(".forgejo/workflows/ci.yml")]
    [InlineData(".circleci/config.yml")]
    [InlineData("azure-pipelines.yml")]
    public async Task Push_ProtectedPath_IsRefusedAndNamed(string path)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, path, "changed\n");

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"need a person's approval: {path}", output, StringComparison.Ordinal);
        Assert.Equal([path], Assert.Single(fixture.Pushes).ProtectedPaths);
        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(fixture.StateDirectory, "quarantine")));
    }

    [Fact]
    public async Task Push_ProtectedPathHiddenInHistory_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, ".github/workflows/evil.yml", "on: push\n");
        await fixture.MustAsync(work, "rm", "--quiet", ".github/workflows/evil.yml");
        await fixture.MustAsync(work, "commit", "--quiet", "--message", "Take it back");

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains(".github/workflows/evil.yml", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_MergeOfBaseThatChangedWorkflows_GoesThrough()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MoveUpstreamAsync("main", ".github/workflows/ci.yml", "on: [push, pull_request]\n");
        await fixture.MustAsync(work, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main");

        var output = await fixture.MustAsync(work, "push", "origin", "HEAD");

        Assert.Contains("drafthorse: pushed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_UnrelatedHistory_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.MustAsync(work, "checkout", "--quiet", "--orphan", "lonely");
        await fixture.MustAsync(work, "commit", "--quiet", "--message", "No parents");

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", $"HEAD:refs/heads/{GatewayFixture.Branch}");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("does not descend from the base commit", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_LeaseLost_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        fixture.IsHeld = () => false;

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("no longer owns its thread", output, StringComparison.Ordinal);
        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_LeaseLostBetweenReceiveAndForward_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        var asked = 0;
        fixture.IsHeld = () => Interlocked.Increment(ref asked) == 1;

        var (exitCode, _) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Equal(2, asked);
        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_UpstreamMovedWhileReceiving_IsRefusedAndRetryAfterMergeGoesThrough()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
        await fixture.CommitAsync(work, "b.txt", "b");
        var moved = "";
        fixture.IsHeld = () =>
        {
            // Right before the forward: a person pushes to the same branch.
            moved = moved.Length == 0 ? "once" : moved == "once" ? fixture.MoveUpstreamAsync(GatewayFixture.Branch, "c.txt", "c").GetAwaiter().GetResult() : moved;
            return true;
        };

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("moved meanwhile", output, StringComparison.Ordinal);
        Assert.Equal(moved, await fixture.AtRemoteAsync("rev-parse", $"refs/heads/{GatewayFixture.Branch}"));
        await fixture.MustAsync(work, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", GatewayFixture.Branch);
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");
    }

    [Fact]
    public async Task Push_AlreadyUpstreamAfterACrash_IsOk()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        var commit = await fixture.CommitAsync(work, "a.txt", "a");
        fixture.IsHeld = () =>
        {
            // The earlier attempt's forward arrived although its process died.
            GitCopy(fixture, work);
            return true;
        };

        await fixture.MustAsync(work, "push", "origin", "HEAD");

        Assert.Equal(commit, await fixture.AtRemoteAsync("rev-parse", $"refs/heads/{GatewayFixture.Branch}"));
    }

    [Fact]
    public async Task Push_TooLarge_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.MaxPushBytes = 256 * 1024);
        var work = await fixture.CloneAsync();
        var noise = new byte[400 * 1024];
        new Random(1).NextBytes(noise);
        await fixture.CommitAsync(work, "big.bin", Convert.ToBase64String(noise));

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("drafthorse", output, StringComparison.Ordinal);
        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_TooManyCommits_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.MaxPushCommits = 3);
        var work = await fixture.CloneAsync();
        for (var number = 0; number < 4; number++)
            await fixture.CommitAsync(work, $"{number}.txt", "x");

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("more than 3 new commits", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_TreeWithDotGit_IsRefusedByFsck()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        var blob = await fixture.MustAsync(work, "hash-object", "-w", "README.md");
        await File.WriteAllTextAsync(Path.Combine(fixture.Root, "tree"), $"100644 blob {blob}\t.git\n", TestContext.Current.CancellationToken);
        var (_, tree) = await fixture.ShellAsync(work, "git mktree < ../tree");
        var commit = await fixture.MustAsync(work, "commit-tree", tree.Trim(), "-p", "HEAD", "-m", "trick");

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", $"{commit}:refs/heads/{GatewayFixture.Branch}");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("hasDotgit", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_WithOptions_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");

        var (exitCode, _) = await fixture.GitAsync(work, "push", "-o", "merge_request.create", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_FromShallowClone_GoesThrough()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.MoveUpstreamAsync("main", "more.txt", "more");
        await fixture.MustAsync("", "clone", "--quiet", "--depth", "1", fixture.RemoteUrl, "shallow");
        await fixture.MustAsync("shallow", "switch", "--quiet", "-c", GatewayFixture.Branch);
        var commit = await fixture.CommitAsync("shallow", "a.txt", "a");

        await fixture.MustAsync("shallow", "push", "--quiet", "origin", "HEAD");

        Assert.Equal(commit, await fixture.AtRemoteAsync("rev-parse", $"refs/heads/{GatewayFixture.Branch}"));
    }

    private static void GitCopy(GatewayFixture fixture, string work) => Drafthorse.Demo.GitHub.GitRemote.RunGitAsync(
        Path.Combine(fixture.Root, work),
        ["push", "--quiet", fixture.Remote.PathOf("acme/widgets"), $"HEAD:refs/heads/{GatewayFixture.Branch}"],
        TestContext.Current.CancellationToken).GetAwaiter().GetResult();
}
