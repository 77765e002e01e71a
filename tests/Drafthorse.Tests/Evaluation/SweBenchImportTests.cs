using System.Text.Json.Nodes;
using Drafthorse.Evaluation.Importing;
using Drafthorse.Evaluation.Runs;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Settings;

namespace Drafthorse.Tests.Evaluation;

public sealed class SweBenchImportTests : IDisposable
{
    private readonly EvalFolder _folder = new();
    private readonly List<(int Line, string Why)> _refused = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_Instance_BecomesATask(bool listsAreStrings)
    {
        var problem = "It's \"broken\":\n\n  - a: &b *c\n\tdé漢😀\u0085\u2028 \\ #x\n";
        Assert.Equal(1, Import(Instance(fail: listsAreStrings ? "[\"tests/a.py::test_x[1 'y']\"]" : new JsonArray("tests/a.py::test_x[1 'y']"), problem: problem)));

        var task = Assert.Single(TaskSuite.Read(Path.Combine(_folder.Root, "out"), Features.Names).Tasks);

        Assert.Empty(_refused);
        Assert.Equal(("acme__app-1", problem.ReplaceLineEndings("\n")), (task.Name, task.Prompt));
        Assert.Equal(new TaskSource(TaskSourceKind.Mirror, "acme/app", new string('a', 40)), task.Source);
        Assert.Equal("tests/a.py::test_x[1 'y']\ntests/a.py::test_old\n", System.Text.Encoding.UTF8.GetString(Assert.Single(task.Check.Files).Content));
        Assert.Equal($"tr '\\n' '\\0' < .eval-tests | xargs -0 {SweBenchImport.PytestCommand}\n", task.Check.Script);
        Assert.NotNull(task.Check.Patch);
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { Instance(id: "../../outside"), "instance_id must be" },
        { Instance(id: "/etc/x"), "instance_id must be" },
        { Instance(id: "a/b"), "instance_id must be" },
        { Instance(id: ""), "instance_id must be" },
        { Instance(repository: "acme"), "repo must be" },
        { Instance(repository: "../x"), "repo must be" },
        { Instance(commit: "--output=x"), "base_commit must be" },
        { Instance(commit: "HEAD"), "base_commit must be" },
        { Instance(problem: " "), "problem_statement must be" },
        { Instance(problem: new string('x', 100_000)), "problem_statement must be" },
        { Instance(patch: ""), "test_patch must be" },
        { Instance(fail: new JsonArray()), "FAIL_TO_PASS names no test" },
        { Instance(fail: new JsonArray("--pdb")), "FAIL_TO_PASS must name tests" },
        { Instance(fail: new JsonArray("a\nb")), "FAIL_TO_PASS must name tests" },
        { Instance(fail: new JsonArray(1)), "FAIL_TO_PASS must name tests" },
        { Instance(fail: "no list"), "no JSON object" },
        { Instance(fail: "{}"), "FAIL_TO_PASS must be a list" },
        { """{"instance_id":"x"}""", "the member repo is missing" },
        { """{"instance_id":"\ud800"}""", "instance_id must be" },
        { "nonsense", "no JSON object" },
        { "[]", "no JSON object" },
        { new string('[', 10_000), "no JSON object" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Run_HostileLine_IsNamedAndTheRestGoesOn(string line, string expected)
    {
        Assert.Equal(1, Import(line, Instance()));

        Assert.Equal(1, Assert.Single(_refused).Line);
        Assert.Contains(expected, _refused[0].Why, StringComparison.Ordinal);
        Assert.Equal(["acme__app-1"], Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Root, "out")).Select(Path.GetFileName));
    }

    [Fact]
    public void Run_TaskIsThere_StaysAsItIs()
    {
        Import(Instance());
        var mine = _folder.Write("out/acme__app-1/check.sh", "mine");

        Assert.Equal(0, Import(Instance()));

        Assert.Contains("there already", _refused[0].Why, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(mine));
    }

    [Fact]
    public void Run_FolderIsALinkOutside_WritesNothingThere()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_folder.Root, "outside")).FullName;
        Directory.CreateDirectory(Path.Combine(_folder.Root, "out"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "out", "acme__app-1"), outside);

        Assert.Equal(0, Import(Instance()));

        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Fact]
    public void Run_NoFile_IsSaidInWords() =>
        Assert.Contains("cannot be imported", Assert.Throws<SettingsException>(() => new SweBenchImport("x").Run(Path.Combine(_folder.Root, "gone"), _folder.Root, (_, _) => { })).Message, StringComparison.Ordinal);

    private int Import(params string[] lines) => new SweBenchImport(SweBenchImport.PytestCommand).Run(
        _folder.Write("in.jsonl", string.Join('\n', lines)), Path.Combine(_folder.Root, "out"), (line, why) => _refused.Add((line, why)));

    private static string Instance(string id = "acme__app-1", string repository = "acme/app", string? commit = null, string problem = "Mend it.", string patch = "diff --git a/t b/t\n", JsonNode? fail = null) => new JsonObject
    {
        ["instance_id"] = id,
        ["repo"] = repository,
        ["base_commit"] = commit ?? new string('a', 40),
        ["problem_statement"] = problem,
        ["patch"] = "the solution, which nobody is to see",
        ["test_patch"] = patch,
        ["FAIL_TO_PASS"] = fail ?? new JsonArray("tests/a.py::test_new"),
        ["PASS_TO_PASS"] = new JsonArray("tests/a.py::test_old"),
    }.ToJsonString();
}
