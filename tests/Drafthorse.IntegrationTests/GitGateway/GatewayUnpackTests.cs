using System.Net.Http.Headers;
using System.Text;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.IntegrationTests.GitGateway;

public sealed class GatewayUnpackTests
{
    private const string Zero = "0000000000000000000000000000000000000000";
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Push_UnfoldsToGigabytes_IsRefusedByTheMemoryItMayTake()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        using var pack = new PackWriter();
        var commit = pack.AddCommit(fixture.BaseCommit, 1, "x"u8.ToArray());
        pack.AddUnfolding(Mebibyte, 30, 30, 4);

        var bytes = pack.ToArray();
        var answer = await PushAsync(fixture, commit, bytes);

        Assert.InRange(bytes.Length, 1, 20_000);
        Assert.Contains("takes too much memory or time when it is unpacked", answer, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(fixture);
    }

    [Fact]
    public async Task Push_LargeObject_IsRefusedByItsUnpackedSize()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.MaxObjectBytes = Mebibyte);
        using var pack = new PackWriter();
        var commit = pack.AddCommit(fixture.BaseCommit, 1, "x"u8.ToArray());
        pack.AddUnfolding(Mebibyte, 2);

        var answer = await PushAsync(fixture, commit, pack.ToArray());

        Assert.Contains("is 2 MiB when it is unpacked; most is 1 MiB", answer, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(fixture);
    }

    [Fact]
    public async Task Push_OneObjectUnderManyNames_IsRefusedByTheSum()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.MaxChangedFileBytes = 4 * Mebibyte);
        using var pack = new PackWriter();
        var commit = pack.AddCommit(fixture.BaseCommit, 5, new byte[Mebibyte]);

        var answer = await PushAsync(fixture, commit, pack.ToArray());

        Assert.Contains("the changed files are 5 MiB when checked out; most is 4 MiB", answer, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(fixture);
    }

    [Fact]
    public async Task Take_PackOfAFolder_StaysOnlyWhenItIsSmallEnough()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var repository = fixture.Remote.PathOf("acme/other");
        var packs = Path.Combine(repository, "objects", "pack");
        var unpacked = new UntrustedPack(fixture.Mirrors.Git, new UnpackBounds { MaxObjectBytes = Mebibyte });
        using var small = new PackWriter();
        using var large = new PackWriter();
        small.AddUnfolding(1024, 2);
        large.AddUnfolding(1024, 2048);
        var before = Count();

        var refused = await unpacked.TakeAsync(repository, new MemoryStream(large.ToArray()), Token);
        var afterRefusal = Count();
        var taken = await unpacked.TakeAsync(repository, new MemoryStream(small.ToArray()), Token);

        Assert.Contains("is 2 MiB when it is unpacked", refused, StringComparison.Ordinal);
        Assert.Equal(before, afterRefusal);
        Assert.Null(taken);
        Assert.Equal(before + 1, Count());

        int Count() => Directory.Exists(packs) ? Directory.GetFiles(packs, "*.pack").Length : 0;
    }

    [Fact]
    public async Task Mirror_PullRequestThatUnfolds_IsNotTaken()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var remote = fixture.Remote.PathOf("acme/widgets");
        using var pack = new PackWriter();
        var commit = pack.AddCommit(fixture.BaseCommit, 1, "x"u8.ToArray());
        pack.AddUnfolding(Mebibyte, 30, 30);
        var file = Path.Combine(fixture.Root, "stranger.pack");
        await File.WriteAllBytesAsync(file, pack.ToArray(), Token);
        Assert.Equal(0, (await fixture.ShellAsync("", $"git -C '{remote}' index-pack --stdin < stranger.pack")).ExitCode);
        var large = (await fixture.ShellAsync("", $"git -C '{remote}' cat-file --batch-check='%(objectname) %(objectsize)' --batch-all-objects | sort -n -k 2 | tail -n 1")).Output.Split(' ')[0];
        var (_, tree) = await fixture.ShellAsync("", $"printf '100644 blob {large}\\tbig\\n' | git -C '{remote}' mktree");
        var head = await fixture.AtRemoteAsync("-c", "user.name=s", "-c", "user.email=s@example.org", "commit-tree", tree.Trim(), "-p", commit, "-m", "big");
        await fixture.AtRemoteAsync("update-ref", "refs/pull/7/head", head);

        var exception = await Assert.ThrowsAsync<GitException>(() => fixture.Mirrors.ResolvePullRequestAsync(fixture.Repository, 7, Token));

        Assert.Contains("memory", exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> PushAsync(GatewayFixture fixture, string commit, byte[] pack)
    {
        using var client = new HttpClient();
        var command = $"{Zero} {commit} refs/heads/{GatewayFixture.Branch}\0 report-status side-band-64k";
        using var content = new ByteArrayContent([.. Encoding.ASCII.GetBytes($"{command.Length + 4:x4}{command}0000"), .. pack]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-git-receive-pack-request");
        using var response = await client.PostAsync(new Uri(fixture.Url, "code.example/acme/widgets.git/git-receive-pack"), content, Token);
        return await response.Content.ReadAsStringAsync(Token);
    }

    private static async Task AssertNothingIsLeftAsync(GatewayFixture fixture)
    {
        Assert.False(Assert.Single(fixture.Pushes).Pushed);
        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(fixture.StateDirectory, "quarantine")));
    }
}
