using System.Diagnostics;
using Drafthorse.Folders;
using Drafthorse.Harness.Brief;
using Drafthorse.Tests.Folders;

namespace Drafthorse.Tests.Brief;

/// <summary>A terminal's folder as a project: its newest commit, without obeying anything of it; what lies there when there is none.</summary>
public sealed class FolderProjectTests
{
    [Fact]
    public async Task Repository_IsReadAtItsCommit_AndNothingOfItRuns()
    {
        using var world = new FolderWorld();
        world.Write("Makefile", "test:\n\t$(shell touch MARK)\n");
        world.Write(".gitattributes", "* filter=evil diff=evil\n");
        world.Write("web/package.json", """{"scripts":{"test":"jest"}}""");
        world.Commit();
        world.Write("new.txt", "not committed");
        foreach (var setting in (string[])["filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "core.sshCommand", "core.pager"])
            world.Git(world.Folder, "config", setting, $"touch {world.Mark}; cat");

        var text = await DescribeAsync(world, Path.Combine(world.Folder, "web"));

        Assert.Contains("branch: main\ncommit: ", text, StringComparison.Ordinal);
        Assert.Contains("you begin in web/ of the repository", text, StringComparison.Ordinal);
        Assert.Contains("  make test (Makefile)", text, StringComparison.Ordinal);
        Assert.Contains("  npm test, in web/ (web/package.json: jest)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("new.txt", text, StringComparison.Ordinal);
        Assert.False(File.Exists(world.Mark));
    }

    [Fact]
    public async Task FolderWithoutGit_IsListed_LinksAndPipesAndToolsFoldersLeftOut()
    {
        using var world = new FolderWorld();
        world.Write("pyproject.toml", "[tool.pytest.ini_options]\n");
        world.Write("node_modules/x/package.json", """{"scripts":{"test":"evil"}}""");
        File.CreateSymbolicLink(Path.Combine(world.Folder, "package.json"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(world.Folder, "loop"), world.Folder);
        using (var fifo = Process.Start("mkfifo", Path.Combine(world.Folder, "Makefile")))
            await fifo.WaitForExitAsync(TestContext.Current.CancellationToken);

        var text = await DescribeAsync(world, world.Folder);

        Assert.Contains("  python -m pytest (pyproject.toml)", text, StringComparison.Ordinal);
        Assert.Contains("package.json (it is a link, which is not followed)", text, StringComparison.Ordinal);
        Assert.Contains("Makefile (it could not be read)", text, StringComparison.Ordinal);
        Assert.Contains("files: 4 in 1 folder:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepositoryWithoutCommits_IsListed()
    {
        using var world = new FolderWorld();
        world.Git(world.Folder, "init", "-q", "-b", "main");
        world.Write("go.mod", "module x\n");

        Assert.Contains("  go test ./... (go.mod)", await DescribeAsync(world, world.Folder), StringComparison.Ordinal);
    }

    private static async Task<string> DescribeAsync(FolderWorld world, string folder) =>
        (await new ProjectBrief(1200, text => text).DescribeAsync(FolderProject.Of(folder, world.State, ""), TestContext.Current.CancellationToken)).Data;
}
