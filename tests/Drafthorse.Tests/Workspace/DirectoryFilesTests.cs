using System.Diagnostics;
using System.Text;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Tests.Sandbox.Files;

namespace Drafthorse.Tests.Workspace;

/// <summary>The files of a workspace on a disk: what is taken, when a change is seen, and that no write is lost.</summary>
public sealed class DirectoryFilesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_SameContents_HaveTheSameRevision_WhereverTheyLie()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        foreach (var folder in new[] { one, two })
        {
            folder.Put("b/c.md", "text");
            folder.Put("AGENTS.md", "rules");
        }

        var (first, second) = (await Files(one).ListAsync(null, Token), await Files(two).ListAsync(null, Token));

        Assert.Equal(first.Revision, second.Revision);
        Assert.Equal(["AGENTS.md", "b/c.md"], first.Files.Select(file => file.Path));
    }

    [Fact]
    public async Task List_NothingChanged_IsTheSameObject_AndAnEditOfTheSameSizeIsSeen()
    {
        using var folder = new TemporaryFolder();
        folder.Put("AGENTS.md", "one");
        var files = Files(folder);
        var first = await files.ListAsync(null, Token);
        var same = await files.ListAsync(first, Token);
        folder.Put("AGENTS.md", "two");

        var changed = await files.ListAsync(same, Token);

        Assert.Same(first, same);
        Assert.NotEqual(first.Revision, changed.Revision);
    }

    [Fact]
    public async Task List_OddThings_AreNamedAndNotTaken()
    {
        using var folder = new TemporaryFolder();
        folder.Put("good.md", "x");
        folder.Put(".git/config", "x");
        File.CreateSymbolicLink(folder.Inside("link.md"), "/etc/passwd");
        Directory.CreateSymbolicLink(folder.Inside("away"), "/etc");
        using (var huge = File.Create(folder.Inside("huge.md")))
            huge.SetLength(100L * 1024 * 1024);
        using (var made = Process.Start("mkfifo", folder.Inside("pipe.md")))
            await made.WaitForExitAsync(Token);

        var listing = await Files(folder).ListAsync(null, Token);

        Assert.Equal(["good.md"], listing.Files.Select(file => file.Path));
        Assert.Equal(["away", "huge.md", "link.md", "pipe.md"], listing.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
        Assert.Contains(listing.Problems, problem => problem.Why == "it has 104,857,600 bytes; at most 4,194,304 are taken");
    }

    [Fact]
    public async Task List_RootIsALinkThatIsExchanged_IsTheOtherOne()
    {
        using var folder = new TemporaryFolder();
        folder.Put("one/AGENTS.md", "one");
        folder.Put("two/AGENTS.md", "two");
        Directory.CreateSymbolicLink(folder.Inside("now"), folder.Inside("one"));
        var files = new DirectoryFiles(folder.Inside("now"), TimeProvider.System);
        var first = await files.ListAsync(null, Token);
        File.Delete(folder.Inside("now"));
        Directory.CreateSymbolicLink(folder.Inside("now"), folder.Inside("two"));

        var second = await files.ListAsync(first, Token);

        Assert.NotEqual(first.Revision, second.Revision);
        Assert.Equal("two"u8.ToArray(), await files.ReadAsync("AGENTS.md", 100, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TryWrite_ManyAtOnce_LoseNothing(bool onDisk)
    {
        using var folder = new TemporaryFolder();
        var memory = new MemoryFiles();
        IWorkspaceFiles New() => onDisk ? new DirectoryFiles(folder.Inside("overlay"), TimeProvider.System) : memory;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(
            async () =>
            {
                var files = New();
                for (var line = 0; line < 10; line++)
                {
                    byte[]? before;
                    do
                        before = await files.ReadAsync("memory/x.md", 100_000, Token);
                    while (!await files.TryWriteAsync("memory/x.md", before, [.. before ?? [], .. Encoding.UTF8.GetBytes($"{writer}-{line}\n")], Token));
                }
            },
            Token)));

        var lines = Encoding.UTF8.GetString((await New().ReadAsync("memory/x.md", 100_000, Token))!).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(80, lines.Distinct().Count());
        Assert.Equal(80, lines.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TryWrite_OtherContentThanExpected_ChangesNothing(bool onDisk)
    {
        using var folder = new TemporaryFolder();
        IWorkspaceFiles files = onDisk ? new DirectoryFiles(folder.Inside("overlay"), TimeProvider.System) : new MemoryFiles();

        Assert.True(await files.TryWriteAsync("a/b.md", null, "one"u8.ToArray(), Token));
        Assert.False(await files.TryWriteAsync("a/b.md", null, "two"u8.ToArray(), Token));
        Assert.False(await files.TryWriteAsync("a/b.md", "other"u8.ToArray(), "two"u8.ToArray(), Token));
        Assert.False(await files.TryWriteAsync("none.md", "one"u8.ToArray(), null, Token));
        Assert.Equal("one"u8.ToArray(), await files.ReadAsync("a/b.md", 100, Token));
        Assert.True(await files.TryWriteAsync("a/b.md", "one"u8.ToArray(), null, Token));
        Assert.Null(await files.ReadAsync("a/b.md", 100, Token));
        Assert.Empty((await files.ListAsync(null, Token)).Files);
    }

    private static DirectoryFiles Files(TemporaryFolder folder) => new(folder.Root, TimeProvider.System);
}
