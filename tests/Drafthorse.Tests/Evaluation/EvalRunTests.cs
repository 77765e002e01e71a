using Drafthorse.Evaluation;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Runs;
using Drafthorse.Harness.Models;
using Drafthorse.Settings;

namespace Drafthorse.Tests.Evaluation;

/// <summary>Evaluations from the tasks to the report, in the local sandbox.</summary>
public sealed class EvalRunTests : IDisposable
{
    private static readonly string[] Solves = ["""{"calls":[{"name":"write_file","arguments":{"path":"a.txt","content":"new\n"}}]}""", """{"text":"done"}"""];
    private static readonly string[] Talks = ["""{"text":"done"}"""];

    private readonly EvalFolder _folder = new();
    private readonly StringWriter _said = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Tasks_AreSolvedOrNotByTheirChecks()
    {
        _folder.Task("solved", Solves);
        _folder.Task("talked", Talks);

        Assert.Equal(0, await RunAsync(repeat: 2, least: 0.5));

        Assert.Equal([("solved", 1, RepetitionOutcome.Solved), ("solved", 2, RepetitionOutcome.Solved), ("talked", 1, RepetitionOutcome.Failed), ("talked", 2, RepetitionOutcome.Failed)],
            Results().Select(result => (result.Task, result.Repetition, result.Outcome)).Order());
        var solved = Results().First(result => result.Task == "solved");
        Assert.Equal(("done", 2, 1, 0, 0), (solved.Run, solved.Steps, solved.ToolCalls, solved.ToolErrors, solved.CheckExitCode));
        Assert.NotNull(solved.Commit);
        Assert.Equal("the check failed (exit code 1); the agent changed nothing", Results().First(result => result.Task == "talked").Reason);
        Assert.Contains("| solved |  | 2/2 |", Report(), StringComparison.Ordinal);
        Assert.Contains("No isolation", Report(), StringComparison.Ordinal);
        Assert.Equal(4, Directory.EnumerateFiles(Path.Combine(Output, "journals")).Count());
    }

    [Fact]
    public async Task Run_SameCommandAgain_RunsOnlyWhatIsNotFinished()
    {
        _folder.Task("a", Solves);
        await RunAsync(repeat: 2);
        var before = Results();

        _folder.Task("b", Solves);
        await RunAsync(repeat: 3);

        Assert.Equal(["a1", "a2", "a3", "b1", "b2", "b3"], Results().Select(result => $"{result.Task}{result.Repetition}").Order());
        Assert.Equal(before.Select(result => result.At), Results().Take(2).Select(result => result.At));
        Assert.Contains("2 of them are finished already", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AllIsFinished_BeginsAnewAndKeepsTheOldResults()
    {
        _folder.Task("a", Talks);
        await RunAsync();
        await RunAsync();

        Assert.Single(Results());
        Assert.Single(Directory.EnumerateFiles(Output, "results-*.jsonl"));
    }

    [Fact]
    public async Task Run_TaskChanged_RunsAgain()
    {
        _folder.Task("a", Talks);
        await RunAsync();
        _folder.Task("a", Talks, check: "grep -q old a.txt");
        await RunAsync();

        Assert.Equal([RepetitionOutcome.Failed, RepetitionOutcome.Solved], Results().Select(result => result.Outcome));
        Assert.Contains("| a |  | 1/1 |", Report(), StringComparison.Ordinal);
    }

    /// <summary>What the provider did says nothing of the agent; what its own request caused does.</summary>
    [Theory]
    [InlineData("authentication", true, 5)]
    [InlineData("quotaExhausted", true, 5)]
    [InlineData("contextOverflow", false, 0)]
    [InlineData("invalidRequest", false, 0)]
    public async Task Run_ModelFails_CountsAsWhatItIs(string error, bool isInfrastructure, int code)
    {
        _folder.Task("a", [$$"""{"error":"{{error}}"}"""]);

        Assert.Equal(code, await RunAsync());

        Assert.Equal(isInfrastructure ? RepetitionOutcome.Infrastructure : RepetitionOutcome.Failed, Assert.Single(Results()).Outcome);
    }

    [Fact]
    public async Task Run_InfrastructureFailed_IsTriedAgain()
    {
        _folder.Task("a", ["""{"error":"authentication"}"""]);
        _folder.Task("b", Solves);
        Assert.Equal(0, await RunAsync());
        Assert.Contains("| a |  | 0/0 (+1 not run) |", Report(), StringComparison.Ordinal);

        await RunAsync();

        Assert.Equal(["a", "a", "b"], Results().Select(result => result.Task).Order());
    }

    [Fact]
    public async Task Run_ChecksMisbehave_EachIsNamedAndTheRestGoesOn()
    {
        (string Check, int Seconds, string Expected)[] checks =
        [
            ("sleep 60", 1, "the check did not end within 1 s and was stopped"),
            ("yes | head -c 50000000; exit 3", 60, "the check failed (exit code 3"),
            ("echo 'no: \u001b[31m'; exit 7", 60, "the check failed (exit code 7: no:"),
            ("kill -9 $$", 60, "the check failed (exit code 137)"),
            ("syntax ( error", 60, "the check failed (exit code 2"),
            ("[ -z \"$OPENAI_API_KEY$DRAFTHORSE_HOME\" ] && [ \"$(git diff --name-only \"$BASE\" \"$WORK\")\" = a.txt ] && exit 9", 60, "the check failed (exit code 9)"),
        ];
        for (var index = 0; index < checks.Length; index++)
            _folder.Task($"bad{index}", Solves, checks[index].Check, $"limits: {{checkSeconds: {checks[index].Seconds}}}\n");
        _folder.Task("good", Solves);

        Assert.Equal(0, await RunAsync());

        var results = Results().ToDictionary(result => result.Task);
        for (var index = 0; index < checks.Length; index++)
        {
            Assert.StartsWith(checks[index].Expected, results[$"bad{index}"].Reason, StringComparison.Ordinal);
            Assert.True(results[$"bad{index}"].CheckOutput.Length < 5_000);
        }

        Assert.Equal(RepetitionOutcome.Solved, results["good"].Outcome);
    }

    [Fact]
    public async Task Run_AgentCommitsTheChecksFiles_CheckWins()
    {
        var cheat = """{"calls":[{"name":"execute","arguments":{"command":"rm -rf hidden; ln -s /tmp hidden; printf '* ident eol=crlf\\n' > .gitattributes; echo exit 0 > verdict.sh"}}]}""";
        _folder.Task("a", [cheat, Talks[0]], "sh verdict.sh");
        _folder.Write("suite/a/check/verdict.sh", "[ -f hidden/secret ] && grep -qx new a.txt\n");
        _folder.Write("suite/a/check/hidden/secret", "x");

        await RunAsync();

        var result = Assert.Single(Results());
        Assert.NotNull(result.Commit);
        Assert.Equal((RepetitionOutcome.Failed, 1), (result.Outcome, result.CheckExitCode));
        Assert.False(File.Exists("/tmp/secret"));
    }

    [Fact]
    public async Task Run_TaskCannotBeUsed_IsNamedTheRestRunsAndItEndsWith2()
    {
        _folder.Task("good", Solves);
        _folder.Write("suite/nobundle/task.yml", $"prompt: x\nrepository: {{bundle: a.bundle, commit: {new string('a', 40)}}}\n");
        _folder.Write("suite/nobundle/check.sh", "true");
        _folder.Write("suite/nobundle/script.jsonl", Talks[0]);
        _folder.Write("suite/nobundle/a.bundle", "no bundle");
        _folder.Write("suite/broken/task.yml", "prompt: x\n");

        Assert.Equal(2, await RunAsync(repeat: 2));

        Assert.Equal(["good", "good"], Results().Select(result => result.Task));
        Assert.Contains("the bundle a.bundle cannot be read", Report(), StringComparison.Ordinal);
        Assert.Contains("the member 'repository' is missing", Report(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LessThanMinPass_EndsWith1()
    {
        _folder.Task("a", Solves);
        _folder.Task("b", Talks);

        Assert.Equal(1, await RunAsync(least: 0.6));
    }

    [Fact]
    public async Task Run_Compared_PairsTheTasks()
    {
        _folder.Task("a", Solves);
        _folder.Task("b", ["""{"calls":[{"name":"todo_write","arguments":{"todos":[{"content":"write","status":"in_progress"}]}}]}""", """{"expect":"1. ","calls":[{"name":"write_file","arguments":{"path":"a.txt","content":"new\n"}}]}""", Talks[0]]);

        Assert.Equal(0, await RunAsync(variants: [Variant.Parse("recorded"), Variant.Parse("recorded,without=todos")]));

        Assert.Equal(4, Results().Count);
        Assert.Contains("## Compared", Report(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NothingToRun_IsRefusedInWords()
    {
        Directory.CreateDirectory(_folder.Suite);

        Assert.Contains("holds no tasks", (await Assert.ThrowsAsync<SettingsException>(() => RunAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoModel_IsRefusedBeforeAnythingRuns()
    {
        _folder.Task("a");

        await Assert.ThrowsAsync<ModelException>(() => RunAsync());
    }

    [Fact]
    public async Task Run_PersonsHome_IsNotTouched()
    {
        _folder.Task("a", Solves);

        await RunAsync();

        Assert.False(File.Exists(Path.Combine(_folder.Root, "home", "drafthorse.db")));
    }

    private string Output => Path.Combine(_folder.Root, "out");

    private string Report() => File.ReadAllText(Path.Combine(Output, "report.md"));

    private IReadOnlyList<RepetitionResult> Results()
    {
        using var results = ResultsFile.Open(Output);
        return results.Results;
    }

    private Task<int> RunAsync(int repeat = 1, double? least = null, Variant[]? variants = null) => _folder.RunAsync(
        new EvalOptions { Tasks = _folder.Suite, Variants = variants ?? [Variant.Create(null, [])], Repeat = repeat, Sandbox = "local", Output = Output, MinPass = least }, _said);
}
