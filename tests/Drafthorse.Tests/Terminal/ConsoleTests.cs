using System.Text;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Logs;
using Drafthorse.Repl;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Drafthorse.Terminal.Output;
using Drafthorse.Tests.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Drafthorse.Tests.Terminal;

/// <summary>What is written to a person's terminal, whatever others put into it.</summary>
public sealed class ConsoleTests : IDisposable
{
    private const string Attack = "a\e]0;T\a\e[2J\r\nDraft pull request: http://evil.example\u202e\ud800\u009b1m";
    private readonly StringWriter _screen = new();

    public void Dispose() => _screen.Dispose();

    [Fact]
    public void Say_ForeignValue_IsTextOnItsLine()
    {
        NewConsole().Say($"[red]{Attack}[/] {"[bold]x[/]"} {12.5:0.00} {"a\nb":lines}");

        Assert.Equal("a␛]0;T␇␛[2J␍␊Draft pull request: http://evil.example<U+202E>\uFFFD<U+009B>1m [bold]x[/] 12.50 a\nb\n", _screen.ToString());
    }

    [Fact]
    public void Write_AnythingRendered_SteersNothing()
    {
        var console = NewConsole();
        console.WriteLine(Attack);
        console.Write(new Table().AddColumn("x").AddRow(Markup.Escape(Attack)));
        console.MarkupLineInterpolated($"{Attack}");

        Odd.AssertHarmless(_screen.ToString(), keepsLines: true);
        Assert.Contains("␛[2J", _screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task VisibleWriter_EveryWayToWrite_SteersNothing()
    {
        var writer = new VisibleWriter(_screen);
        foreach (var unit in Attack)
            writer.Write(unit);
        writer.WriteLine(Attack);
        writer.WriteLine($"{Attack}");
        writer.Write("{0}", Attack);
        writer.Write(Attack.ToCharArray());
        writer.Write((object)Attack);
        writer.Write(new StringBuilder(Attack));
        writer.WriteLine(Attack.ToCharArray());
        await writer.WriteAsync(Attack);
        await writer.WriteAsync(Attack.AsMemory(), TestContext.Current.CancellationToken);
        await writer.WriteLineAsync(Attack);
        await writer.WriteLineAsync(new StringBuilder(Attack), TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        Odd.AssertHarmless(_screen.ToString(), keepsLines: true);
    }

    /// <summary>Every event that is shown, each string of it random.</summary>
    [Fact]
    public void TextOutput_RandomEvents_SteerNothingAndForgeNoLine()
    {
        var random = new Random(42);
        for (var round = 0; round < 300; round++)
        {
            using var output = new TextOutput(NewConsole());
            foreach (var agentEvent in Events(random))
                output.Show(agentEvent);
            var end = new RunFinished { Outcome = "failed", Reason = Odd.Text(random), FinalText = Odd.Text(random), Notes = [$"Changed in the folder: {Odd.Text(random)}"] };
            output.Finished(new JournalAppended { ThreadId = default, Position = 1, At = default, Event = end }, new PullRequestRef(1, Odd.Text(random)));
        }

        Odd.AssertHarmless(_screen.ToString(), keepsLines: true);
    }

    [Fact]
    public void TextOutput_CallWithHalfAPair_IsShown()
    {
        using var output = new TextOutput(NewConsole());

        output.Show(Journaled(new ToolStarted { CallId = "1-1-0", Tool = "execute", Arguments = """{"command":"echo \ud800 hi"}""" }));

        Assert.Equal("● execute echo \uFFFD hi\n", _screen.ToString());
    }

    [Theory]
    [InlineData("edit_file", """{"path":"a.cs","old_text":"same\nold one\nold two\nend\n","new_text":"same\nnew\nend\n"}""", "  -old one\n  -old two\n  +new\n")]
    [InlineData("edit_file", """{"path":"a.cs","edits":[{"old_string":"a","new_string":"b"},{"old_str":"c","new_str":""}]}""", "  -a\n  +b\n  -c\n")]
    [InlineData("write_file", """{"path":"a.cs","content":"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n"}""", "  +1\n  +2\n  +3\n  +4\n  +5\n  +6\n  +7\n  +8\n  +9\n  +10\n  +11\n  +12\n  … 2 more lines\n")]
    [InlineData("apply_patch", """{"patch":"*** Begin Patch\n*** Update File: a\n@@\n-x\u001b[2J\n+y\n*** End Patch\n"}""", "  -x␛[2J\n  +y\n")]
    [InlineData("edit_file", """{"path":7,"edits":[1,null],"old_text":[]}""", "")]
    [InlineData("edit_file", "not json", "")]
    [InlineData("read_file", """{"path":"a","content":"x"}""", "")]
    public void TextOutput_AnEdit_ShowsWhatComesAndGoes(string tool, string arguments, string shown)
    {
        using var output = new TextOutput(NewConsole());

        output.Show(Journaled(new ToolStarted { CallId = "1-1-0", Tool = tool, Arguments = arguments }));
        var before = _screen.ToString();
        output.Show(Journaled(new ToolFinished { CallId = "1-1-0", Tool = tool, Content = [new ContentBlock { Kind = "text", Text = "Changed." }] }));

        Assert.Equal(shown, _screen.ToString()[before.Length..]);
    }

    [Fact]
    public void TextOutput_AnEditThatFailed_ShowsNoChange()
    {
        using var output = new TextOutput(NewConsole());

        output.Show(Journaled(new ToolStarted { CallId = "1-1-0", Tool = "write_file", Arguments = """{"path":"a","content":"new"}""" }));
        output.Show(Journaled(new ToolFinished { CallId = "1-1-0", Tool = "write_file", IsError = true, Content = [new ContentBlock { Kind = "text", Text = "refused" }] }));

        Assert.DoesNotContain("+new", _screen.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no\n[exit code 1, 0.1 s]", true)]
    [InlineData("[exit code 1, 0.1 s]\n[exit code 0, 0.1 s]", false)]
    [InlineData("[exit code 0, 0.1 s]\n[exit code 2, 0.1 s]", true)]
    public void TextOutput_ACommandThatFailed_IsMarked(string result, bool failed)
    {
        using var output = new TextOutput(NewConsole());

        output.Show(Journaled(new ToolStarted { CallId = "1-1-0", Tool = "execute", Arguments = """{"command":"make"}""" }));
        output.Show(Journaled(new ToolFinished { CallId = "1-1-0", Tool = "execute", Content = [new ContentBlock { Kind = "text", Text = result }] }));

        Assert.Equal(failed, _screen.ToString().Contains("✗ execute make", StringComparison.Ordinal));
    }

    [Fact]
    public void TextOutput_Retries_SayWhyAndWhich()
    {
        using var output = new TextOutput(NewConsole());

        output.Show(new TextRestarted { ThreadId = default, Reason = "connection refused", Attempt = 2, MaxAttempts = 3, Wait = TimeSpan.FromSeconds(2.54) });

        Assert.Equal("retrying 2 of 3 in 2.5 s: connection refused\n", _screen.ToString());
    }

    [Fact]
    public void DiffView_FileThatSteers_IsShown()
    {
        DiffView.Show(NewConsole(), "diff --git a/x b/x\n+new \e]0;T\a\e[2J line\r\n-\u202eold [red]\n");

        Assert.Equal("diff --git a/x b/x\n+new ␛]0;T␇␛[2J line\n-<U+202E>old [red]\n", _screen.ToString());
    }

    [Fact]
    public void Log_ForeignValues_AreOneLine()
    {
        var entry = new LogEntry<string>(LogLevel.Error, "Category", new EventId(3), "x", new InvalidOperationException(Attack), (_, _) => $"refused {Attack}\nfail: forged");

        new LogLines(new LogOptions(), TimeProvider.System).Write(entry, null, _screen);

        Odd.AssertHarmless(_screen.ToString().TrimEnd('\n'), keepsLines: false);
        Assert.StartsWith("fail: Category[3] refused a␛]0;T␇␛[2J␍␊Draft", _screen.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, _screen.ToString().Count(unit => unit == '\n'));
    }

    /// <summary>What goes past the filter is written down here; all else cannot.</summary>
    [Fact]
    public void Sources_WaysPastTheFilter_AreKnown()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Drafthorse.slnx")))
            root = root.Parent!;
        var source = Path.Combine(root.FullName, "src", "Drafthorse");
        var past = new System.Text.RegularExpressions.Regex(@"Profile\.Out\b|TerminalConsole\.Terminal|OpenStandard(Output|Error)|AnsiConsole\.(Create|Console|Write|Markup)|Markup(Line)?Interpolated|AddSimpleConsole|AddJsonConsole|AddSystemdConsole");

        var found = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(file => past.IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(source, file)).Order(StringComparer.Ordinal);

        Assert.Equal(["Repl/MessageInput.cs", "Repl/RawTerminal.cs", "Terminal/Output/ProgressLine.cs", "Terminal/Output/TextOutput.cs", "Terminal/StandardOutput.cs", "Terminal/TerminalConsole.cs", "Terminal/VisibleWriter.cs"], found);
    }

    private static IEnumerable<AgentEvent> Events(Random random)
    {
        yield return new TextDelta { ThreadId = default, Text = Odd.Text(random) };
        yield return new ToolOutputDelta { ThreadId = default, CallId = "1", Text = Odd.Text(random) };
        yield return Journaled(new ToolStarted { CallId = "1", Tool = Odd.Text(random), Arguments = Odd.Text(random) });
        yield return Journaled(new ToolFinished { CallId = "1", Tool = Odd.Text(random), IsError = random.Next(2) == 0, Content = [ContentBlock.OfText(Odd.Text(random))] });
        yield return Journaled(new ToolFinished { CallId = "2", Tool = "execute", Content = [ContentBlock.OfText(Odd.Text(random))] });
        yield return Journaled(new VerifyFinished { Commit = "0123456789abcdef", Results = [new VerifyResult { Command = Odd.Text(random), ExitCode = 1 }] });
        yield return Journaled(new BranchPushed { Repository = Odd.Text(random), Branch = Odd.Text(random), Commit = "0123456789abcdef" });
        yield return Journaled(new NoticeGiven { Topic = Odd.Text(random), Text = Odd.Text(random) });
        yield return Journaled(new EffectFinished { Effect = Odd.Text(random), Result = Odd.Text(random) });
    }

    private static JournalAppended Journaled(JournalEvent journalEvent) => new() { ThreadId = default, Position = 1, At = default, Event = journalEvent };

    private IAnsiConsole NewConsole()
    {
        var console = TerminalConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_screen), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No });
        console.Profile.Width = 100_000;
        return console;
    }
}
