using System.Text;
using Drafthorse.Evaluation.Repositories;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Tests.Evaluation;

public sealed class RepositoryTests : IDisposable
{
    private readonly EvalFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Prepare_Folder_IsTheSameCommitEachTime()
    {
        _folder.Write("task/project/sub dir/\"quoted\".txt", "x");
        var first = await PrepareAsync(new TaskSource(TaskSourceKind.Folder, Path.Combine(_folder.Root, "task", "project"), null));
        var second = await PrepareAsync(new TaskSource(TaskSourceKind.Folder, Path.Combine(_folder.Root, "task", "project"), null));

        Assert.Equal(await first.FindCommitAsync("main", Ct), await second.FindCommitAsync("main", Ct));
        Assert.Equal("x", await first.LineAsync(["show", "main:sub dir/\"quoted\".txt"], Ct));
    }

    [Theory]
    [InlineData("Bundle")]
    [InlineData("Mirror")]
    public async Task Prepare_Commit_HasWhatCameBeforeAndNothingAfter(string kind)
    {
        var (source, commits) = await HistoryAsync(Enum.Parse<TaskSourceKind>(kind));

        var repository = await PrepareAsync(source with { Commit = commits[1] });

        Assert.Equal("two", await repository.LineAsync(["show", "main:a.txt"], Ct));
        Assert.Equal("2", await repository.LineAsync(["rev-list", "--count", "--all"], Ct));
        Assert.Equal("refs/heads/main", (await repository.LineAsync(["for-each-ref", "--format=%(refname)"], Ct)).Trim());
    }

    [Fact]
    public async Task Prepare_NoBundle_IsSaidInWords()
    {
        var file = _folder.Write("task/a.bundle", "# v2 git bundle\nnonsense\n");

        var problem = await Assert.ThrowsAsync<TaskException>(() => PrepareAsync(new TaskSource(TaskSourceKind.Bundle, file, new string('a', 40))));

        Assert.StartsWith("the bundle a.bundle cannot be read", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_CommitIsNotInIt_IsSaidInWords()
    {
        var (source, _) = await HistoryAsync(TaskSourceKind.Bundle);

        var problem = await Assert.ThrowsAsync<TaskException>(() => PrepareAsync(source with { Commit = new string('a', 40) }));

        Assert.Equal($"the bundle a.bundle does not have the commit {new string('a', 40)}.", problem.Message);
    }

    [Fact]
    public async Task Prepare_MirrorIsNotThere_SaysHowToGetIt()
    {
        var problem = await Assert.ThrowsAsync<TaskException>(() => PrepareAsync(new TaskSource(TaskSourceKind.Mirror, "acme/gone", new string('a', 40))));

        Assert.Contains("git clone --mirror", problem.Message, StringComparison.Ordinal);
    }

    /// <summary>The agent committed what the check trusts, links and folders in its place: the check's own files win.</summary>
    [Theory]
    [InlineData("100644", "check.txt", "the agent's")]
    [InlineData("120000", "check.txt", "/etc/passwd")]
    [InlineData("100644", "check.txt/below", "a folder in its place")]
    [InlineData("120000", "deep", "/tmp")]
    [InlineData("100644", "deep", "a file in the folder's place")]
    public async Task Checked_AgentHasTheCheckFiles_CheckWins(string mode, string path, string content)
    {
        var repository = await PrepareAsync(ProjectOf("a.txt", "x"));
        var work = await CommitAsync(repository, mode, path, content);
        var check = new TaskCheck("", [new TaskBlob("check.txt", false, "the check's"u8.ToArray()), new TaskBlob("deep/run.sh", true, "the check's too"u8.ToArray())], null);

        await new CheckedTree(repository, check).WriteBundleAsync("main", work, Path.Combine(_folder.Root, "out.bundle"), Ct);

        var tree = await repository.RunAsync(["ls-tree", "-r", "--format=%(objectmode) %(path)", "refs/check/checked"], Ct);
        Assert.Equal(["100644 a.txt", "100644 check.txt", "100755 deep/run.sh"], tree.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("the check's", await repository.LineAsync(["show", "refs/check/checked:check.txt"], Ct));
        Assert.Equal(content, await repository.LineAsync(["show", $"refs/check/work:{path}"], Ct));
    }

    [Fact]
    public async Task Checked_Patch_IsAppliedToTheBasesFiles()
    {
        var repository = await PrepareAsync(ProjectOf("test.txt", "one\n"));
        var work = await CommitAsync(repository, "100644", "test.txt", "the agent rewrote it\n");
        var patch = "diff --git a/test.txt b/test.txt\n--- a/test.txt\n+++ b/test.txt\n@@ -1 +1,2 @@\n one\n+two\ndiff --git a/new.txt b/new.txt\nnew file mode 100644\n--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+new\n";

        await new CheckedTree(repository, new TaskCheck("", [], Encoding.UTF8.GetBytes(patch))).WriteBundleAsync("main", work, Path.Combine(_folder.Root, "out.bundle"), Ct);

        Assert.Equal("one\ntwo", await repository.LineAsync(["show", "refs/check/checked:test.txt"], Ct));
        Assert.Equal("new", await repository.LineAsync(["show", "refs/check/checked:new.txt"], Ct));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("diff --git a/../out b/../out\nnew file mode 100644\n--- /dev/null\n+++ b/../out\n@@ -0,0 +1 @@\n+x\n")]
    [InlineData("diff --git a/.git/config b/.git/config\nnew file mode 100644\n--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1 @@\n+x\n")]
    [InlineData("diff --git a/test.txt b/test.txt\n--- a/test.txt\n+++ b/test.txt\n@@ -1 +1 @@\n-other\n+two\n")]
    public async Task Checked_PatchDoesNotFit_IsSaidInWords(string patch)
    {
        var repository = await PrepareAsync(ProjectOf("test.txt", "one\n"));

        var problem = await Assert.ThrowsAsync<TaskException>(() =>
            new CheckedTree(repository, new TaskCheck("", [], Encoding.UTF8.GetBytes(patch))).WriteBundleAsync("main", "main", Path.Combine(_folder.Root, "out.bundle"), Ct));

        Assert.StartsWith("check.patch does not fit the task's commit", problem.Message, StringComparison.Ordinal);
    }

    private TaskSource ProjectOf(string path, string text)
    {
        _folder.Write($"task/project/{path}", text);
        return new TaskSource(TaskSourceKind.Folder, Path.Combine(_folder.Root, "task", "project"), null);
    }

    private Task<BareRepository> PrepareAsync(TaskSource source) => new TaskRepository(Path.Combine(_folder.Root, "clones")).PrepareAsync(
        new EvalTask { Name = "t", Prompt = "p", Source = source, Check = new TaskCheck("true", [], null), Digest = "" },
        Path.Combine(_folder.Root, $"{Guid.NewGuid():N}.git"),
        Ct);

    /// <summary>A commit upon main with one more entry.</summary>
    private static async Task<string> CommitAsync(BareRepository repository, string mode, string path, string content)
    {
        var blob = (await repository.RunAsync(["hash-object", "-w", "--stdin"], Ct, Encoding.UTF8.GetBytes(content))).Line;
        await repository.RunAsync(["read-tree", "main"], Ct, index: "i");
        await repository.RunAsync(["update-index", "--add", "--replace", "-z", "--index-info"], Ct, BareRepository.Input($"{mode} {blob}\t{path}\0"), "i");
        return await repository.LineAsync(["commit-tree", "-m", "work", "-p", "main", await repository.LineAsync(["write-tree"], Ct, "i")], Ct);
    }

    /// <summary>Three commits that write one, two and three into a file, as somebody has them.</summary>
    private async Task<(TaskSource Source, List<string> Commits)> HistoryAsync(TaskSourceKind kind)
    {
        var directory = Path.Combine(_folder.Root, "clones", "acme", "app.git");
        Directory.CreateDirectory(Path.GetDirectoryName(directory)!);
        var repository = await BareRepository.CreateAsync(directory, Ct);
        var commits = new List<string>();
        foreach (var text in new[] { "one", "two", "three" })
        {
            var blob = (await repository.RunAsync(["hash-object", "-w", "--stdin"], Ct, Encoding.UTF8.GetBytes(text))).Line;
            await repository.RunAsync(["update-index", "--add", "-z", "--index-info"], Ct, BareRepository.Input($"100644 {blob}\ta.txt\0"), "i");
            var tree = await repository.LineAsync(["write-tree"], Ct, "i");
            commits.Add(await repository.LineAsync(["commit-tree", "-m", text, .. commits.Count == 0 ? [] : (string[])["-p", commits[^1]], tree], Ct));
        }

        await repository.RunAsync(["update-ref", "refs/heads/main", commits[^1]], Ct);
        await repository.RunAsync(["update-ref", "refs/tags/later", commits[^1]], Ct);
        if (kind == TaskSourceKind.Mirror)
            return (new TaskSource(kind, "acme/app", null), commits);
        var bundle = Path.Combine(_folder.Root, "a.bundle");
        await repository.RunAsync(["bundle", "create", "--quiet", bundle, "--all"], Ct);
        return (new TaskSource(kind, bundle, null), commits);
    }
}
