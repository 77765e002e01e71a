using System.Text.Json;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>The exit codes of <c>drafthorse run</c>, each as a script meets it.</summary>
public sealed class ExitCodeTests : IAsyncLifetime
{
    private readonly CliWorld _world = new();
    private ChatServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ChatServer.StartAsync();
        _world.Environment["OPENAI_BASE_URL"] = _server.Url + "/v1";
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Run_RepositoryThatIsNotThere_Is1AndNamesIt()
    {
        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--model", _world.Script("""{"text":"hi"}"""), "--repo", "http://127.0.0.1:9/a/b", "go");

        run.Expect(1);
        Assert.Equal("failed", run.Json[^1].GetProperty("outcome").GetString());
        Assert.Contains("a/b", run.Json[^1].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--model is not", "--model", "nonsense:x", "go")]
    [InlineData("bubblewrap", "--sandbox", "cloud", "go")]
    [InlineData("--max-cost must be", "--max-cost", "-1", "go")]
    [InlineData("--max-steps must be", "--max-steps", "0", "go")]
    [InlineData("--max-cost must be", "--max-cost", "abc", "go")]
    [InlineData("--max-steps must be", "--max-steps", "1.5", "go")]
    [InlineData("kubernetes is not there yet", "--sandbox", "kubernetes", "go")]
    [InlineData("put it in quotes", "fix", "the", "bug")]
    [InlineData("empty", " ")]
    [InlineData("There is no option --jsn", "--jsn")]
    [InlineData("There is no option --bogus", "--bogus", "x")]
    [InlineData("--max-cost must be", "--max-cost", "1,5", "go")]
    [InlineData("--thread is empty", "--thread", "", "go")]
    [InlineData("--repo names '/not/there'", "--repo", "/not/there", "go")]
    [InlineData("There is no thread", "--thread", "00000000-0000-8000-8000-000000000000", "go")]
    public async Task Run_Misused_Is2AndSaysHow(string says, params string[] arguments)
    {
        await using var run = await CliProcess.RunAsync(_world, ["run", "--json", .. arguments.Contains("--model") ? (string[])[] : ["--model", _world.Script("""{"text":"hi"}""")], .. arguments]);

        run.Expect(2);
        AssertEndsAtOnce(run, "");
        Assert.Contains(says is "--model is not" ? "nonsense" : says, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@drafthorse mend it")]
    [InlineData("@/etc/hostname")]
    [InlineData("[suggest]")]
    [InlineData("-1 is wrong", "--")]
    public async Task Run_TaskOfAnyWords_IsTheTask(string task, params string[] before)
    {
        await using var run = await CliProcess.RunAsync(_world, ["run", "--json", "--model", _world.Script("""{"text":"hi"}"""), .. before, task]);

        run.Expect(0);
        Assert.Contains(run.Json, line => line.GetProperty("type").GetString() == "messages.taken" && line.GetProperty("messages")[0].GetProperty("text").GetString() == task);
    }

    [Fact]
    public async Task Run_NoUsableModel_Is2AndNamesEachVariable()
    {
        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "go");

        run.Expect(2);
        AssertEndsAtOnce(run, "OPENAI_API_KEY");
        foreach (var name in new[]
        {
            "DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OLLAMA_BASE_URL",
            "DRAFTHORSE_MODEL", "DRAFTHORSE_FALLBACK_MODELS", "--model",
        })
        {
            Assert.Contains(name, run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_OutOfSteps_Is3WithAHandOver()
    {
        _server.Calls("", ("list_files", "{}")).Says("What is left: the rest.");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "--max-steps", "1", "go");

        run.Expect(3);
        Assert.Equal("stopped", run.Json[^1].GetProperty("outcome").GetString());
        Assert.Equal("What is left: the rest.", run.Json[^1].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Run_OutOfMoney_Is3BeforeTheCallThatWouldCostMore()
    {
        Directory.CreateDirectory(_world.Home);
        await File.WriteAllTextAsync(Path.Combine(_world.Home, "models.json"), """{"models":{"dear":{"contextWindow":100000,"maxOutput":1000,"price":{"input":1000,"output":1000}}}}""", TestContext.Current.CancellationToken);

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:dear", "--max-cost", "0.01", "go");

        run.Expect(3);
        Assert.Equal("stopped", run.Json[^1].GetProperty("outcome").GetString());
        Assert.Contains("budget", run.Json[^1].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Run_MaxCostOfAModelWithoutAPrice_SaysThatItDoesNotHold()
    {
        _server.Says("hi");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "--max-cost", "1", "go");

        run.Expect(0);
        Assert.Contains("models.json", run.Errors, StringComparison.Ordinal);
        Assert.NotEmpty(run.Json);
    }

    [Fact]
    public async Task Run_ProviderRefusesTheKey_Is4()
    {
        _server.Fails(401, """{"error":{"message":"Incorrect API key","type":"invalid_request_error"}}""");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "go");

        run.Expect(4);
        Assert.Equal("failed", run.Json[^1].GetProperty("outcome").GetString());
        Assert.Contains("Incorrect API key", run.Json[^1].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SandboxCannotStart_Is5AndSaysWhatToDo()
    {
        _world.Environment["DOCKER_HOST"] = "unix:///nowhere/docker.sock";

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--model", _world.Script("""{"text":"hi"}"""), "--sandbox", "docker", "go");

        run.Expect(5);
        AssertEndsAtOnce(run, "docker");
        Assert.Contains("DOCKER_HOST", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Run_Interrupted_Is130WithItsOwnEnd_AndTheThreadGoesOn(string signal)
    {
        _server.Hangs("Thinking ab").Says("Now it is done.");
        await using var run = CliProcess.Start(_world, "run", "--json", "--model", "openai-chat:any", "--thread", "cut", "go");
        await run.SeeAsync("Thinking ab");

        run.Signal(signal);
        await run.EndAsync();
        await using var next = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "--thread", "cut", "go on");

        run.Expect(130);
        Assert.Equal(("run.finished", "cancelled"), (run.Json[^1].GetProperty("type").GetString(), run.Json[^1].GetProperty("outcome").GetString()));
        next.Expect(0);
        Assert.Equal("Now it is done.", next.Json[^1].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Run_InterruptedInACommand_KillsItAndIs130()
    {
        await using var run = CliProcess.Start(
            _world, "run", "--json", "--model", _world.Script("""{"calls":[{"name":"execute","arguments":{"command":"echo $$ > pid; echo begun; sleep 600"}}]}"""), "go");
        await run.SeeAsync("tool.output");
        var shell = _world.Read("pid").Trim();

        run.Signal("INT");
        await run.EndAsync();

        run.Expect(130);
        Assert.Equal("cancelled", run.Json[^1].GetProperty("outcome").GetString());
        Assert.False(Directory.Exists($"/proc/{shell}"));
    }

    [Fact]
    public async Task Run_ReaderOfItsOutputLeaves_Stops()
    {
        await using var run = CliProcess.Start(
            _world,
            "run", "--json", "--model",
            _world.Script("""{"text":"first","calls":[{"name":"execute","arguments":{"command":"sleep 1"}}]}""", """{"text":"x","calls":[{"name":"execute","arguments":{"command":"echo again >> more"}}],"repeat":true}"""),
            "go");
        await run.SeeAsync("first");

        run.CloseOutput();
        await run.EndAsync();

        run.Expect(130);
        Assert.Equal("", run.Errors);
        Assert.False(File.Exists(Path.Combine(_world.Folder, "more")));
    }

    /// <summary>A program that reads the lines gets its last one, with the reason, also when no run began.</summary>
    private static void AssertEndsAtOnce(CliProcess run, string reason)
    {
        var end = Assert.Single(run.Json);
        Assert.Equal(("run.finished", "failed", JsonValueKind.Null), (end.GetProperty("type").GetString(), end.GetProperty("outcome").GetString(), end.GetProperty("thread").ValueKind));
        Assert.Equal((0, 0, JsonValueKind.Null), (end.GetProperty("seq").GetInt64(), end.GetProperty("usage").GetProperty("input").GetInt64(), end.GetProperty("pullRequest").ValueKind));
        Assert.Contains(reason, end.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", end.GetProperty("reason").GetString());
    }
}
