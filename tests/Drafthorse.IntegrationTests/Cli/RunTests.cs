using System.Text.Json;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary><c>drafthorse run</c> against an OpenAI-compatible server, from outside.</summary>
public sealed class RunTests : IAsyncLifetime
{
    private const string Write = """{"path":"made.txt","content":"by the agent\n"}""";
    private readonly CliWorld _world = new();
    private ChatServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ChatServer.StartAsync();
        _world.Environment["OPENAI_BASE_URL"] = _server.Url + "/v1";
        _world.Environment["OPENAI_API_KEY"] = "sk-test";
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Json_ToolCalls_MakeFilesAndOnlyJsonLines_WithInputLeftOpen()
    {
        _server.Calls("I write it.", ("write_file", Write)).Calls("", ("execute", """{"command":"cat made.txt; echo seen > shell.txt"}""")).Says("It is there.");

        await using var run = CliProcess.Start(_world, "run", "--json", "--model", "openai-chat:any", "make a file");
        await run.EndAsync();

        run.Expect(0);
        Assert.Equal("", run.Errors);
        Assert.Equal(("by the agent\n", "seen\n"), (_world.Read("made.txt"), _world.Read("shell.txt")));
        var lines = run.Json;
        Assert.All(lines, line =>
        {
            Assert.False(string.IsNullOrEmpty(line.GetProperty("type").GetString()));
            Assert.Equal(lines[0].GetProperty("thread").GetGuid(), line.GetProperty("thread").GetGuid());
            Assert.True(line.GetProperty("seq").GetInt64() >= 0);
            Assert.True(line.GetProperty("at").TryGetDateTimeOffset(out _));
        });
        Assert.Equal(lines.Select(Seq).Order(), lines.Select(Seq));
        Assert.Equal("run.started", Type(lines[0]));
        Assert.Contains("text.delta", lines.Select(Type));
        Assert.Equal(["write_file", "execute"], lines.Where(line => Type(line) == "tool.started").Select(line => line.GetProperty("tool").GetString()));
        Assert.Contains("by the agent", lines.Last(line => Type(line) == "tool.finished").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, lines.Count(line => Type(line) == "usage"));
        var end = lines[^1];
        Assert.Equal(("run.finished", "done", "It is there."), (Type(end), Outcome(end), end.GetProperty("text").GetString()));
        Assert.Equal(6000, end.GetProperty("usage").GetProperty("input").GetInt64());
        Assert.Equal(JsonValueKind.Null, end.GetProperty("costUsd").ValueKind);
        Assert.Equal(JsonValueKind.Null, end.GetProperty("pullRequest").ValueKind);
        Assert.DoesNotContain("sk-test", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_ToolCalls_ReadsWellWithoutColours()
    {
        _server.Calls("I write it.", ("write_file", Write)).Says("It is there.");

        await using var run = await CliProcess.RunAsync(_world, "run", "--model", "openai-chat:any", "make a file");

        run.Expect(0);
        Assert.Contains("no isolation", run.Errors, StringComparison.Ordinal);
        Assert.Contains("● write_file made.txt", run.Errors, StringComparison.Ordinal);
        Assert.Equal("It is there.\n", run.Output);
        Assert.DoesNotContain('\e', run.Errors);
    }

    [Theory]
    [InlineData("-")]
    [InlineData(null)]
    public async Task Task_OnStandardInput_IsReadToItsEnd_AndTheLastMessageIsInTheFileToo(string? argument)
    {
        _server.Says("I did both.");
        await using var run = CliProcess.Start(_world, ["run", "--model", "openai-chat:any", "-o", "last.txt", .. argument is null ? Array.Empty<string>() : [argument]]);

        await run.Input.WriteAsync("\uFEFFdo one thing\nand another\n");
        run.Input.Close();
        await run.EndAsync();

        run.Expect(0);
        Assert.Equal(("I did both.\n", "I did both.\n"), (run.Output, _world.Read("last.txt")));
        Assert.Contains("do one thing\nand another", (string?)_server.Requests.First()["messages"]!.AsArray()[^1]!["content"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The task on standard input is empty", "run")]
    [InlineData("x", "names a file in a folder that is not there", "run", "-o", "nowhere/last.txt")]
    [InlineData("x", "There is no command docter. Did you mean doctor?", "docter")]
    [InlineData("x", "exclude each other", "--new", "--continue")]
    [InlineData("x", "put it in quotes", "mend", "the", "build")]
    [InlineData("x", "There is no thread 'dead'", "--resume", "dead")]
    public async Task WrongUse_Is2AndSaysWhatToDo(string input, string said, params string[] arguments)
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"never"}""");
        await using var run = CliProcess.Start(_world, arguments);

        await run.Input.WriteAsync(input);
        run.Input.Close();
        await run.EndAsync();

        run.Expect(2);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("never", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerStumbles_RateLimitErrorOverloadCut_AreRidden()
    {
        _server.Fails(429, retryAfter: 1).Says("one").Fails(500).Cuts("broken").Says("two");

        await using var first = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "go");
        await using var second = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "go");

        first.Expect(0);
        Assert.Equal("one", first.Json[^1].GetProperty("text").GetString());
        second.Expect(0);
        Assert.Equal("two", second.Json[^1].GetProperty("text").GetString());
        Assert.Contains("text.restarted", second.Json.Select(Type));
    }

    [Fact]
    public async Task Fallback_PrimaryIsRefused_OtherModelAnswersAndIsNamed()
    {
        _server.Fails(429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""");

        await using var run = await CliProcess.RunAsync(
            _world, "run", "--json", "--model", "openai-chat:any", "--fallback", _world.Script("""{"text":"The other one."}"""), "go");

        run.Expect(0);
        Assert.Equal("The other one.", run.Json[^1].GetProperty("text").GetString());
        Assert.StartsWith("script:", run.Json.Single(line => Type(line) == "message").GetProperty("model").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thread_SameName_GoesOnWhereItWas()
    {
        _server.Says("Noted.").Says("Blue.");

        await using var first = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "--thread", "colours", "my colour is blue");
        await using var second = await CliProcess.RunAsync(_world, "run", "--json", "--model", "openai-chat:any", "--thread", "colours", "which is it?");

        Assert.Equal(first.Json[0].GetProperty("thread").GetGuid(), second.Json[0].GetProperty("thread").GetGuid());
        second.Expect(0);
        Assert.Equal("Blue.", second.Json[^1].GetProperty("text").GetString());
        Assert.Contains("my colour is blue", _server.Requests.Last().ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoProcessesOneThread_SecondFollowsAndItsMessageIsTaken()
    {
        var second = new TaskCompletionSource();
        _server.Says("the first is done", second.Task).Says("both are done");

        await using var one = CliProcess.Start(_world, "run", "--json", "--model", "openai-chat:any", "--thread", "shared", "first task");
        await one.SeeAsync("messages.taken");
        await using var two = CliProcess.Start(_world, "run", "--model", "openai-chat:any", "--thread", "shared", "second task");
        await two.SeeAsync("Another drafthorse process");
        second.SetResult();
        await one.EndAsync();
        await two.EndAsync();

        one.Expect(0);
        two.Expect(0);
        Assert.Single(one.Json, line => Type(line) == "run.started");
        Assert.Contains("second task", _server.Requests.Select(request => request.ToJsonString()).Last(), StringComparison.Ordinal);
        Assert.Contains("done ·", two.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ollama_AtItsPortAndNoKeySet_IsFoundAndUsed()
    {
        _world.Environment.Remove("OPENAI_API_KEY");
        _world.Environment.Remove("OPENAI_BASE_URL");
        _world.Environment["OLLAMA_BASE_URL"] = _server.Url;
        _server.Calls("", ("write_file", Write)).Says("done by a local model");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "make a file");

        run.Expect(0);
        Assert.Equal("ollama:little:1b", run.Json.First(line => Type(line) == "message").GetProperty("model").GetString());
        Assert.Equal("by the agent\n", _world.Read("made.txt"));
    }

    private static string? Type(JsonElement line) => line.GetProperty("type").GetString();

    private static string? Outcome(JsonElement line) => line.GetProperty("outcome").GetString();

    private static long Seq(JsonElement line) => line.GetProperty("seq").GetInt64();
}
