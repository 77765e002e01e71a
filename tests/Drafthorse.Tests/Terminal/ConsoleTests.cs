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
