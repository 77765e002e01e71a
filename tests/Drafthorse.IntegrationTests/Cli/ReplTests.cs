namespace Drafthorse.IntegrationTests.Cli;

/// <summary><c>drafthorse</c> without a command: with messages from a pipe, and on a terminal of its own.</summary>
public sealed class ReplTests : IAsyncDisposable
{
    private readonly CliWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Pipe_OneMessageALine_AnsweredInOrderWithoutColours()
    {
        _world.Write("a.txt", "alpha\n");
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"text":"first answer","calls":[{"name":"execute","arguments":{"command":"echo made > made.txt"}}]}""",
            """{"text":"done"}""",
            """{"expect":"alpha","text":"second answer"}""");
        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("one\n\nsee @a.txt\n/plan\n/cost\n/model\n/nonsense\n/exit\nnever read\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.DoesNotContain('\e', repl.Output);
        var at = 0;
        foreach (var text in new[]
        {
            "no isolation", "You> one", "first answer", "● execute echo made > made.txt", "done", "You> see @a.txt", "a.txt: 6 bytes attached", "second answer",
            "There is no plan in this thread.", "0.0000 of 10 USD · 3 steps", "script:", "There is no command /nonsense",
        })
        {
            var found = repl.Output.IndexOf(text, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{text}' is missing after {at}:\n{repl.Output}");
            at = found;
        }

        Assert.DoesNotContain("never read", repl.Output, StringComparison.Ordinal);
        Assert.Equal("made\n", _world.Read("made.txt"));
    }

    [Fact]
    public async Task Todos_AreTheThreadsList_AlsoAtTheNextStart()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"calls":[{"name":"todo_write","arguments":{"todos":[{"content":"Find [it] in a place that has a name of more characters than a line of a small terminal holds, which is why nothing of it may be cut off here","status":"completed"},{"content":"Fix it","status":"in_progress"},{"content":"Test it","status":"pending"}]}}]}""",
            """{"text":"half done"}""");
        await using var first = CliProcess.Start(_world);
        await first.Input.WriteAsync("/todos\none\n");
        first.Input.Close();
        await first.EndAsync();
        await using var second = CliProcess.Start(_world, "--continue");
        await second.Input.WriteAsync("/todos\n/new\n/todos\n");
        second.Input.Close();
        await second.EndAsync();

        first.Expect(0);
        Assert.Contains("There are no to-dos in this thread.", first.Output, StringComparison.Ordinal);
        Assert.Contains("● todo_write (3)\n  1 of 3 to-dos done · now: Fix it\n", first.Output, StringComparison.Ordinal);
        second.Expect(0);
        Assert.Contains("✓ Find [it] in a place that has a name of more characters than a line of a small terminal holds, which is why nothing of it may be cut off here\n▶ Fix it\n○ Test it\n1 of 3 done\n", second.Output, StringComparison.Ordinal);
        Assert.EndsWith("There are no to-dos in this thread.", second.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_IsANewThread_UnlessOneIsGoneOnWith_AndTheFirstMessageMayComeAlong()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"first answer"}""", """{"text":"second answer"}""");
        string[] outputs = new string[4];
        foreach (var (index, arguments) in new string[][] { ["say one"], ["say one"], ["--continue", "go on"], ["--continue", "--model", "script:other.jsonl", "go on"] }.Index())
        {
            _world.Write("other.jsonl", """{"text":"a"}""" + "\n" + """{"text":"b"}""" + "\n" + """{"text":"the other model"}""" + "\n");
            await using var repl = CliProcess.Start(_world, arguments);
            repl.Input.Close();
            await repl.EndAsync();
            repl.Expect(0);
            outputs[index] = repl.Output;
        }

        Assert.All(outputs[..2], output => Assert.Contains("first answer", output, StringComparison.Ordinal));
        Assert.Contains("goes on with: say one", outputs[2], StringComparison.Ordinal);
        Assert.Contains("second answer", outputs[2], StringComparison.Ordinal);
        Assert.Contains("the other model", outputs[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipe_LeftInTheMiddle_GoesOnAtTheNextStart()
    {
        await CutOffAsync("HUP");
        await using var second = CliProcess.Start(_world, "--continue");
        await second.Input.WriteAsync("more\n");
        second.Input.Close();
        await second.EndAsync();

        second.Expect(0);
        Assert.Contains("The last run here was cut off; it goes on now: the task", second.Output, StringComparison.Ordinal);
        Assert.Contains("finished after all", second.Output, StringComparison.Ordinal);
        Assert.Contains("and the next", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipe_KilledInTheMiddle_GoesOnAtOnceAtTheNextStart()
    {
        await CutOffAsync("KILL");
        await using var second = CliProcess.Start(_world, "--continue");
        second.Input.Close();
        await second.EndAsync();

        second.Expect(0);
        Assert.Contains("The last run here was cut off; it goes on now: the task", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Another drafthorse process", second.Output, StringComparison.Ordinal);
        Assert.Contains("finished after all", second.Output, StringComparison.Ordinal);
    }

    /// <summary>A conversation whose process gets a signal in the middle of its first command, which may end after that.</summary>
    private async Task CutOffAsync(string signal)
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"text":"working","calls":[{"name":"execute","arguments":{"command":"echo begun; while [ ! -e go ]; do sleep 0.05; done"}}]}""", """{"text":"finished after all"}""", """{"text":"and the next"}""");
        await using var first = CliProcess.Start(_world);
        await first.Input.WriteAsync("the task\n");
        await first.Input.FlushAsync(TestContext.Current.CancellationToken);
        await first.SeeAsync("● execute");
        first.Signal(signal);
        await first.EndAsync();
        _world.Write("go", "");
    }

    [Fact]
    public async Task Undo_TakesBackTurnByTurn_WhatNobodyChangedSince()
    {
        _world.Write("kept.txt", "kept\n");
        File.WriteAllBytes(Path.Combine(_world.Folder, "data.bin"), [1, 0, 255]);
        _world.Write("script.sh", "echo\n");
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"calls":[{"name":"execute","arguments":{"command":"echo one >> kept.txt; rm data.bin; mkdir d; echo x > d/new.txt; chmod +x script.sh"}}]}""", """{"text":"turn one"}""",
            """{"calls":[{"name":"execute","arguments":{"command":"echo two >> kept.txt; echo y > other.txt"}}]}""", """{"text":"turn two"}""",
            """{"expect":"The user took back what your last turn changed in d/new.txt","text":"I see"}""");
        await using var repl = CliProcess.Start(_world);
        await SendAsync(repl, "/undo\n");
        await repl.SeeAsync("There is nothing to take back");
        await SendAsync(repl, "one\n");
        await repl.SeeAsync("turn one");
        await SendAsync(repl, "two\n");
        await repl.SeeAsync("You> two");
        await repl.SeeAsync("done · ", times: 2);
        await SendAsync(repl, "/cost\n");
        await repl.SeeAsync("4 steps");
        _world.Write("other.txt", "of the person\n");
        await SendAsync(repl, "/undo\n");
        await repl.SeeAsync("other.txt was changed since and stays as it is");
        Assert.Equal("kept\none\n", _world.Read("kept.txt"));
        await SendAsync(repl, "/undo\n/undo\nlook\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.Contains("restored data.bin", repl.Output, StringComparison.Ordinal);
        Assert.Contains("removed  d/new.txt", repl.Output, StringComparison.Ordinal);
        Assert.Contains("I see", repl.Output, StringComparison.Ordinal);
        Assert.Equal("kept\n", _world.Read("kept.txt"));
        Assert.Equal("of the person\n", _world.Read("other.txt"));
        Assert.Equal([1, 0, 255], File.ReadAllBytes(Path.Combine(_world.Folder, "data.bin")));
        Assert.False(Directory.Exists(Path.Combine(_world.Folder, "d")));
        Assert.False(File.GetUnixFileMode(Path.Combine(_world.Folder, "script.sh")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task Compact_ShortensAndTheConversationGoesOn()
    {
        const int Turns = 12;
        var filler = new string('x', 4000);
        await using var server = await ChatServer.StartAsync();
        for (var turn = 0; turn < Turns; turn++)
            server.Says($"answer {turn} {filler}");
        server.Says("the summary of before").Says("goes on");
        _world.Environment["OPENAI_BASE_URL"] = server.Url + "/v1";
        _world.Environment["DRAFTHORSE_MODEL"] = "openai-chat:any";
        await using var repl = CliProcess.Start(_world);
        await repl.Input.WriteAsync("/compact\n" + string.Concat(Enumerable.Range(0, Turns).Select(turn => $"question {turn} {filler}\n")) + "/compact\nafter\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.Contains("Nothing to shorten yet", repl.Output, StringComparison.Ordinal);
        Assert.Contains("The journal keeps everything; the agent finds it with session_search.", repl.Output, StringComparison.Ordinal);
        Assert.Contains("goes on", repl.Output, StringComparison.Ordinal);
        var last = server.Requests.Last().ToJsonString();
        Assert.Contains("the summary of before", last, StringComparison.Ordinal);
        Assert.DoesNotContain("answer 0 ", last, StringComparison.Ordinal);
        Assert.True(last.Length < server.Requests.ElementAt(Turns - 1).ToJsonString().Length / 2);
    }

    [Fact]
    public async Task Model_ThatCannotBeUsed_LeavesTheConversationAsItWas()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script("""{"text":"before"}""", """{"text":"after"}""");
        var other = _world.Script("""{"text":"from the other","repeat":true}""");
        await using var repl = CliProcess.Start(_world);
        await SendAsync(repl, "one\n");
        await repl.SeeAsync("done · ");
        var catalog = Path.Combine(_world.Home, "models.json");
        File.WriteAllText(catalog, "{ broken");
        await SendAsync(repl, $"/model {other}\n");
        await repl.SeeAsync("models.json");
        await SendAsync(repl, "two\n");
        await repl.SeeAsync("done · ", times: 2);
        File.Delete(catalog);
        await SendAsync(repl, $"/model {other}\n");
        await repl.SeeAsync($"From now on: {other}");
        await SendAsync(repl, "three\n");
        repl.Input.Close();
        await repl.EndAsync();

        repl.Expect(0);
        Assert.Contains("after", repl.Output, StringComparison.Ordinal);
        Assert.Contains("from the other", repl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_SandboxNotReadyAnyMore_SaysSoAndGoesOn()
    {
        var bin = Directory.CreateDirectory(Path.Combine(_world.Folder, "bin")).FullName;
        var model = _world.Script("""{"text":"hi"}""");
        _world.Write("bin/bwrap", $"#!/bin/sh\n[ ! -e {bin}/broken ]\n");
        var open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        foreach (var path in new[] { Path.GetDirectoryName(_world.Folder)!, Path.Combine(bin, "bwrap") })
            File.SetUnixFileMode(path, open);
        _world.Environment["PATH"] = $"{bin}:{_world.Environment["PATH"]}";
        (_world.Environment["DRAFTHORSE_MODEL"], _world.Environment["SANDBOX_TYPE"]) = (model, "bubblewrap");
        await using var repl = CliProcess.Start(_world);
        await SendAsync(repl, "/cost\n");
        await repl.SeeAsync("0 steps");
        _world.Write("bin/broken", "");
        await SendAsync(repl, $"/model {model}\n/cost\n/exit\n");
        await repl.EndAsync();

        repl.Expect(0);
        Assert.Contains("no sandbox can be started", repl.Output, StringComparison.Ordinal);
        Assert.Equal(3, repl.Output.Split("0 steps").Length);
    }

    /// <summary>A terminal by util-linux's script: a paste is one message, the screen has colours, Ctrl-C stops a run, twice leaves.</summary>
    [Fact]
    public async Task Terminal_PasteInterruptAndLeave()
    {
        _world.Environment["TERM"] = "xterm";
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"expect":"one\ntwo\nthree","text":"three lines"}""", """{"text":"working","calls":[{"name":"execute","arguments":{"command":"echo begun; sleep 600"}}]}""");
        await using var terminal = CliProcess.Start(_world, "script", ["-qec", $"trap : INT; stty cols 60; {CliProcess.Program}; echo left with $?; stty -a", "/dev/null"]);
        await terminal.SeeAsync("\e[?2004h");
        await SendAsync(terminal, "\e[200~one\rtwo\rthree\e[201~");
        await SendAsync(terminal, "\r");
        await terminal.SeeAsync("three lines");
        await terminal.SeeAsync("\e[?2004h", times: 2);
        await SendAsync(terminal, "again\r");
        await terminal.SeeAsync("begun");
        await SendAsync(terminal, "\u0003");
        await terminal.SeeAsync("Stopped.");
        await terminal.SeeAsync("\e[?2004h", times: 3);
        await SendAsync(terminal, "\u0003");
        await terminal.SeeAsync("Ctrl-C again leaves.");
        await SendAsync(terminal, "\u0003");
        await terminal.SeeAsync("left with 0");
        terminal.Input.Close();
        await terminal.EndAsync();

        Assert.Contains("\e[32mYou> ", terminal.Output, StringComparison.Ordinal);
        Assert.Matches(@"[^-]icanon", terminal.Output);
        Assert.Matches(@"[^-]isig", terminal.Output);
        Assert.DoesNotMatch(@"-echo ", terminal.Output);
    }

    private static async Task SendAsync(CliProcess process, string keys)
    {
        await process.Input.WriteAsync(keys);
        await process.Input.FlushAsync();
    }
}
