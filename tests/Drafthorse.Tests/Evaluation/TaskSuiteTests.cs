using Drafthorse.Evaluation.Runs;
using Drafthorse.Evaluation.Tasks;

namespace Drafthorse.Tests.Evaluation;

public sealed class TaskSuiteTests : IDisposable
{
    private readonly EvalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Folder_HasItsTasksByName()
    {
        _folder.Task("b");
        _folder.Task("a", ["""{"text":"done"}"""]);
        _folder.Write("suite/README.md", "about them");

        var suite = TaskSuite.Read(_folder.Suite, Features.Names);

        Assert.Equal(["a", "b"], suite.Tasks.Select(task => task.Name));
        Assert.Equal((true, false), (suite.Tasks[0].Script is not null, suite.Tasks[1].Script is not null));
        Assert.Empty(suite.Problems);
    }

    [Fact]
    public void Read_OneTasksFolder_IsASuiteOfOne() =>
        Assert.Equal("a", Assert.Single(TaskSuite.Read(_folder.Task("a"), Features.Names).Tasks).Name);

    [Fact]
    public void Read_TaskChanges_HasAnotherDigest()
    {
        _folder.Task("a");
        var before = Digest();
        Assert.Equal(before, Digest());

        foreach (var file in new[] { "suite/a/check.sh", "suite/a/task.yml", "suite/a/project/a.txt", "suite/a/check/hidden.txt" })
        {
            _folder.Write(file, file.EndsWith("yml", StringComparison.Ordinal) ? "prompt: Other.\nrepository: {folder: project}\n" : "true # other");
            Assert.NotEqual(before, before = Digest());
        }

        string Digest() => TaskSuite.Read(_folder.Suite, Features.Names).Tasks[0].Digest;
    }

    [Fact]
    public void Read_TwoOfOneName_AreBothRefusedAndTheRestGoesOn()
    {
        _folder.Task("a");
        _folder.Task("b", more: "name: same\n");
        _folder.Task("c", more: "name: SAME\n");

        var suite = TaskSuite.Read(_folder.Suite, Features.Names);

        Assert.Equal("a", Assert.Single(suite.Tasks).Name);
        Assert.Equal(["b", "c"], suite.Problems.Select(problem => problem.Folder).Order());
        Assert.All(suite.Problems, problem => Assert.Contains("b and c have one name", problem.Why, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("check.sh", "check.sh is missing")]
    [InlineData("project/a.txt", "the repository's folder project is missing or empty")]
    public void Read_PartMissing_IsRefusedInWords(string part, string expected)
    {
        _folder.Task("good");
        File.Delete(Path.Combine(_folder.Task("bad"), part));

        var suite = TaskSuite.Read(_folder.Suite, Features.Names);

        Assert.Equal("good", Assert.Single(suite.Tasks).Name);
        Assert.Contains(expected, Assert.Single(suite.Problems).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check.sh")]
    [InlineData("task.yml")]
    [InlineData("script.jsonl")]
    [InlineData("project/link")]
    [InlineData("check/link")]
    public void Read_Link_IsRefused(string part)
    {
        var secret = _folder.Write("secret", "prompt: x\nrepository: {folder: project}\n");
        _folder.Task("good");
        var link = Path.Combine(_folder.Task("bad"), part);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.Delete(link);
        File.CreateSymbolicLink(link, secret);

        var suite = TaskSuite.Read(_folder.Suite, Features.Names);

        Assert.Equal("good", Assert.Single(suite.Tasks).Name);
        Assert.Contains("link", Assert.Single(suite.Problems).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TasksFolderIsALink_IsRefused()
    {
        _folder.Task("good");
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder.Root, "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "task.yml"), "prompt: x");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Suite, "bad"), elsewhere);

        Assert.Contains("link", Assert.Single(TaskSuite.Read(_folder.Suite, Features.Names).Problems).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ScriptIsNone_IsRefused()
    {
        _folder.Task("good");
        _folder.Task("bad", ["""{"txt":"x"}"""]);

        Assert.Contains("script.jsonl, line 1", Assert.Single(TaskSuite.Read(_folder.Suite, Features.Names).Problems).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoTasks_SaysWhatATaskIs()
    {
        Directory.CreateDirectory(_folder.Suite);

        Assert.Contains("holds no tasks", Assert.Throws<TaskException>(() => TaskSuite.Read(_folder.Suite, Features.Names)).Message, StringComparison.Ordinal);
        Assert.Contains("is no folder", Assert.Throws<TaskException>(() => TaskSuite.Read(_folder.Suite + "x", Features.Names)).Message, StringComparison.Ordinal);
    }
}
