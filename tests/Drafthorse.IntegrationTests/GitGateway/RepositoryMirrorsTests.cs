using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;

namespace Drafthorse.IntegrationTests.GitGateway;

public sealed class RepositoryMirrorsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ResolveBase_DefaultBranch_FollowsUpstream()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var first = await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);
        var moved = await fixture.MoveUpstreamAsync("main", "x", "x");

        var second = await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);

        Assert.Equal(new RepositoryBase("main", fixture.BaseCommit), first);
        Assert.Equal(new RepositoryBase("main", moved), second);
    }

    [Fact]
    public async Task ResolveBase_MissingBranch_SaysSo()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        var exception = await Assert.ThrowsAsync<GitException>(() => fixture.Mirrors.ResolveBaseAsync(fixture.Repository, "nope", Token));

        Assert.Equal("acme/widgets has no branch nope.", exception.Message);
    }

    [Fact]
    public async Task ResolveBase_EmptyRepository_HasNoCommit()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Remote.CreateAsync("acme/empty", "trunk", Token);
        var empty = fixture.Repository with { Name = "empty", CloneUrl = fixture.Repository.CloneUrl.Replace("widgets", "empty", StringComparison.Ordinal) };

        var start = await fixture.Mirrors.ResolveBaseAsync(empty, null, Token);

        Assert.Equal(new RepositoryBase("trunk", null), start);
    }

    [Fact]
    public async Task ReadFile_AtCommit_ReadsPlainFilesOnly()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        // The mirror is empty, as on a replica that takes the thread over.
        Assert.Equal("# Widgets\n", await fixture.Mirrors.ReadFileAsync(fixture.Repository, fixture.BaseCommit, "README.md", 1000, Token));
        Assert.Null(await fixture.Mirrors.ReadFileAsync(fixture.Repository, fixture.BaseCommit, ".drafthorse.yml", 1000, Token));
        await Assert.ThrowsAsync<GitException>(() => fixture.Mirrors.ReadFileAsync(fixture.Repository, fixture.BaseCommit, "src", 1000, Token));
        await Assert.ThrowsAsync<GitException>(() => fixture.Mirrors.ReadFileAsync(fixture.Repository, fixture.BaseCommit, "README.md", 3, Token));
        await Assert.ThrowsAsync<GitException>(() => fixture.Mirrors.ReadFileAsync(fixture.Repository, new string('1', 40), "README.md", 1000, Token));
    }

    [Fact]
    public async Task Refresh_LockLeftByAKilledHost_Heals()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);
        var moved = await fixture.MoveUpstreamAsync("main", "x", "x");
        var mirror = Directory.GetDirectories(Path.Combine(fixture.StateDirectory, "mirrors")).Single();
        await File.WriteAllTextAsync(Path.Combine(mirror, "refs/heads/main.lock"), "", Token);

        var start = await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);

        Assert.Equal(moved, start.Commit);
    }

    [Fact]
    public async Task Refresh_DamagedMirror_IsMadeAnew()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);
        var mirror = Directory.GetDirectories(Path.Combine(fixture.StateDirectory, "mirrors")).Single();
        File.Delete(Path.Combine(mirror, "HEAD"));

        var start = await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);

        Assert.Equal(fixture.BaseCommit, start.Commit);
    }

    [Fact]
    public async Task Refresh_MirrorMadeAnew_LeavesNothingOfEarlierOnes()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);
        var mirrors = new DirectoryInfo(Path.Combine(fixture.StateDirectory, "mirrors"));
        var mirror = mirrors.GetDirectories().Single().FullName;
        Directory.CreateDirectory($"{mirror}.1.new");
        Directory.CreateDirectory($"{mirror}.1.damaged");
        File.Delete(Path.Combine(mirror, "HEAD"));

        await fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token);

        Assert.Equal(2, mirrors.GetDirectories().Length);
        Assert.Empty(mirrors.GetDirectories("*.1.*"));
    }

    [Fact]
    public async Task Refresh_ManyAtOnce_ShareExchanges()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var requests = 0;
        fixture.Remote.OnRequest = request => requests += request.StartsWith("GET", StringComparison.Ordinal) ? 1 : 0;

        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.Mirrors.ResolveBaseAsync(fixture.Repository, null, Token)));

        Assert.All(all, start => Assert.Equal(fixture.BaseCommit, start.Commit));
        Assert.InRange(requests, 1, 2);
    }

    [Fact]
    public async Task ResolveBranch_AfterPush_SeesIt()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var work = await fixture.CloneAsync();
        var commit = await fixture.CommitAsync(work, "a", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");

        Assert.Equal(commit, await fixture.Mirrors.ResolveBranchAsync(fixture.Repository, GatewayFixture.Branch, Token));
        Assert.Null(await fixture.Mirrors.ResolveBranchAsync(fixture.Repository, "nothing", Token));
    }

    [Fact]
    public async Task Mirror_OfANumberedRepository_IsKeptThroughARenameAndNotSharedWithAnotherOfTheName()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var mirrors = Path.Combine(fixture.StateDirectory, "mirrors");
        var first = fixture.Repository with { NumericId = 1 };
        await fixture.Mirrors.ResolveBaseAsync(first, null, Token);
        Directory.Move(fixture.Remote.PathOf("acme/widgets"), fixture.Remote.PathOf("acme/gadgets"));
        var commit = await fixture.Remote.CreateAsync("acme/widgets", "main", new Dictionary<string, string> { ["a"] = "another repository" }, Token);
        var renamed = first with { Name = "gadgets", CloneUrl = first.CloneUrl.Replace("widgets", "gadgets", StringComparison.Ordinal) };

        var former = await fixture.Mirrors.ResolveBaseAsync(renamed, null, Token);
        Assert.Single(Directory.GetDirectories(mirrors));
        var other = await fixture.Mirrors.ResolveBaseAsync(fixture.Repository with { NumericId = 2 }, null, Token);

        Assert.Equal((fixture.BaseCommit, commit), (former.Commit, other.Commit));
        Assert.Equal(2, Directory.GetDirectories(mirrors).Length);
        await Assert.ThrowsAsync<GitException>(() => fixture.Mirrors.ReadFileAsync(fixture.Repository with { NumericId = 2 }, fixture.BaseCommit, "README.md", 1000, Token));
    }
}
