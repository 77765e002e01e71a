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
            "/plan is not there yet: it comes with plan mode", "0.0000 of 10 USD · 3 steps", "script:", "There is no command /nonsense",
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
    public async Task Pipe_LeftInTheMiddle_GoesOnAtTheNextStart()
    {
        _world.Environment["DRAFTHORSE_MODEL"] = _world.Script(
            """{"text":"working","calls":[{"name":"execute","arguments":{"command":"echo begun; while [ ! -e go ]; do sleep 0.05; done"}}]}""", """{"text":"finished after all"}""", """{"text":"and the next"}""");
        await using (var first = CliProcess.Start(_world))
        {
            await first.Input.WriteAsync("the task\n");
            await first.Input.FlushAsync(TestContext.Current.CancellationToken);
            await first.SeeAsync("● execute");
            first.Signal("HUP");
            await first.EndAsync();
        }

        _world.Write("go", "");
        await using var second = CliProcess.Start(_world);
        await second.Input.WriteAsync("more\n");
        second.Input.Close();
        await second.EndAsync();

        second.Expect(0);
        Assert.Contains("The last run here was cut off; it goes on now: the task", second.Output, StringComparison.Ordinal);
        Assert.Contains("finished after all", second.Output, StringComparison.Ordinal);
        Assert.Contains("and the next", second.Output, StringComparison.Ordinal);
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
