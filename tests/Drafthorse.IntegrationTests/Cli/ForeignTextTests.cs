using System.Diagnostics;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>What files, models and providers hold is shown by the whole program, and neither steers the terminal nor ends it.</summary>
public sealed class ForeignTextTests : IAsyncDisposable
{
    private readonly CliWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("""{"command":"echo \ud800 hi"}""")]
    [InlineData("""{"command":"echo hi","\udc00":1}""")]
    [InlineData("""{"x\ud800":"\ud800"}""")]
    [InlineData("\"\\ud800 no object\"")]
    public async Task Run_CallWithHalfAPair_IsAnsweredAndGoesOn(string arguments)
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script($$"""{"calls":[{"name":"execute","arguments":{{arguments}}}]}""", """{"text":"gone on"}""");

        await using var text = await CliProcess.RunAsync(_world, "run", "go");
        await using var json = await CliProcess.RunAsync(_world, "run", "--json", "go");

        text.Expect(0);
        json.Expect(0);
        Assert.Contains("gone on", text.Output, StringComparison.Ordinal);
        Assert.Equal("done", json.Json[^1].GetProperty("outcome").GetString());
        Assert.Contains(json.Json, line => line.GetProperty("type").GetString() == "tool.finished");
        await using var show = await CliProcess.RunAsync(_world, "threads", "show", json.Json[0].GetProperty("thread").GetString()!);
        await using var export = await CliProcess.RunAsync(_world, "threads", "export", json.Json[0].GetProperty("thread").GetString()!);
        show.Expect(0);
        export.Expect(0);
        Assert.NotEmpty(export.Json);
    }

    [Fact]
    public async Task Repl_FilesAndWordsThatSteer_AreShown()
    {
        await GitAsync("init", "-q");
        _world.Write("a.txt", "before\n");
        await GitAsync("add", ".");
        await GitAsync("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "first");
        _world.Write("a.txt", "after \e]0;T\a\e[2J \u202eevil\n");
        _world.Write("b\e]0;T\a\e[2Jc\nDraft pull request: http:", "x");
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"text":"say \u001b]52;c;eA==\u0007 \u202e","calls":[{"name":"execute","arguments":{"command":"printf 'x\\033[2Jy\\n'; echo '\u001b[31m'"}}]}""", """{"text":"end"}""");

        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("/diff\ngo \e[31m\n/resume\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.DoesNotContain(repl.Output + repl.Errors, character => char.IsControl(character) && character != '\n' || character is '\u202e');
        foreach (var shown in new[] { "+after ␛]0;T␇␛[2J <U+202E>evil", "new file: b␛]0;T␇␛[2Jc␊Draft pull request: http:", "say ␛]52;c;eA==␇ <U+202E>", "You> go ␛[31m" })
            Assert.Contains(shown, repl.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\nDraft pull request", repl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProviderErrorThatSteers_IsShown()
    {
        await using var server = await ChatServer.StartAsync();
        _world.Environment["OPENAI_BASE_URL"] = server.Url + "/v1";
        server.Fails(400, """{"error":{"message":"bad \u001b[2J \u001b]0;T\u0007 \ud800 \u202e"}}""");

        await using var run = await CliProcess.RunAsync(_world, "run", "--model", "openai-chat:any", "go");

        run.Expect(4);
        Assert.Contains("bad ␛[2J ␛]0;T␇ \uFFFD <U+202E>", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output + run.Errors);
    }

    [Fact]
    public async Task Json_WhatHides_IsEscaped()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"a\u202eb \u009b \u200b 中"}""");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "go \e[2J\u202e");

        run.Expect(0);
        Assert.Equal("a\u202eb \u009b \u200b 中", run.Json[^1].GetProperty("text").GetString());
        Assert.DoesNotContain(run.Output, character => character is '\u202e' or '\u009b' or '\u200b' or '\e');
    }

    [Fact]
    public async Task Error_WordsOfTheCommandLine_SteerNothing()
    {
        await using var run = await CliProcess.RunAsync(_world, "run", "--repo", "\e]0;T\a\e[2J", "go");

        run.Expect(2);
        Assert.Contains("'␛]0;T␇␛[2J'", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repl_MentionOfWhatIsNoFile_IsSaidAndWaitsForNothing()
    {
        Process.Start("mkfifo", [Path.Combine(_world.Folder, "p")]).WaitForExit();
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"answer"}""");

        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("look at @p and @/dev/zero and @/proc/self/environ and @/etc\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        foreach (var name in new[] { "@p", "@/dev/zero", "@/proc/self/environ" })
            Assert.Contains($"{name}: It is not a regular file. Nothing is attached.", repl.Output, StringComparison.Ordinal);
        Assert.Contains("answer", repl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repl_PathAtTheBegin_IsAMessage_AndAWrongCommandIsNot()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"expect":"/etc/hosts is wrong, why?","text":"an answer about hosts"}""");

        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("/dif\n/foo\n/etc/hosts is wrong, why?\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.Contains("There is no command /dif. Did you mean /diff?", repl.Output, StringComparison.Ordinal);
        Assert.Contains("There is no command /foo. /help lists them.", repl.Output, StringComparison.Ordinal);
        Assert.Contains("an answer about hosts", repl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PassedVariable_IsInCommandsAndItsCredentialsAreRedacted()
    {
        _world.Environment["HTTPS_PROXY"] = "http://user:pa%40ss@proxy.example:3128";
        _world.Environment["OTHER_VARIABLE"] = "not passed";
        _world.Environment["Drafthorse__Sandbox__PassEnvironment"] = "HTTPS_PROXY";
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"calls":[{"name":"execute","arguments":{"command":"echo proxy=$HTTPS_PROXY other=$OTHER_VARIABLE; test \"$HTTPS_PROXY\" = http://user:pa%40ss@proxy.example:3128 && echo whole"}}]}""", """{"text":"end"}""");

        await using var run = await CliProcess.RunAsync(_world, "run", "--json", "--sandbox", "local", "go");

        run.Expect(0);
        var result = run.Json.Single(line => line.GetProperty("type").GetString() == "tool.finished").GetProperty("text").GetString()!;
        Assert.Contains("proxy=[redacted: HTTPS_PROXY]proxy.example:3128 other=\nwhole", result, StringComparison.Ordinal);
    }

    private async Task GitAsync(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _world.Folder })!;
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, git.ExitCode);
    }
}
