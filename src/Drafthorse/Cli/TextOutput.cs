using Drafthorse.Composition;
using Drafthorse.Harness.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;
using Spectre.Console;

namespace Drafthorse.Cli;

/// <summary>A run for people: streamed words, tool calls as they run, and how it ended.</summary>
internal sealed class TextOutput : IRunOutput
{
    private const int MaxArguments = 100;
    private readonly IAnsiConsole _console;
    private bool _midLine;

    public TextOutput(Platform platform, IAnsiConsole? console = null)
    {
        _console = console ?? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        _console.MarkupLineInterpolated($"[dim]{platform.Models[0]} · sandbox: {platform.Sandbox.Reasons[^1]}[/]");
    }

    public void Show(AgentEvent agentEvent)
    {
        switch (agentEvent)
        {
            case TextDelta delta:
                _console.Write(new Text(delta.Text));
                _midLine = !delta.Text.EndsWith('\n');
                break;
            case TextRestarted:
                Line($"[yellow]The model's answer broke off; it is asked again.[/]");
                break;
            case JournalAppended appended:
                ShowJournaled(appended.Event);
                break;
        }
    }

    public void Finished(JournalAppended end, PullRequestRef? pullRequest)
    {
        var run = (RunFinished)end.Event;
        foreach (var note in run.Notes)
            Line($"[yellow]{note}[/]");
        if (run.Reason.Length > 0)
            Line($"[red]{run.Outcome}: {run.Reason}[/]");
        if (pullRequest is not null)
            Line($"[green]Draft pull request: {pullRequest.Url}[/]");
        Line($"[dim]{run.Outcome} · {run.Steps} steps · {run.Usage.Input:N0} tokens in, {run.Usage.Output:N0} out · {run.CostUsd:0.0000} USD · thread {end.ThreadId}[/]");
    }

    public void Cancelled(ThreadId thread) => Line($"[yellow]Stopped. Go on with: drafthorse run --thread {thread} \"...\"[/]");

    private void ShowJournaled(JournalEvent journalEvent)
    {
        switch (journalEvent)
        {
            case ToolStarted started:
                Line($"[blue]●[/] {started.Tool} [dim]{Cut(started.Arguments)}[/]");
                break;
            case ToolFinished { IsError: true } finished:
                Line($"  [red]{Cut(string.Concat(finished.Content.Select(block => block.Text)))}[/]");
                break;
            case ToolFinished finished:
                Line($"  [dim]{finished.DurationMs:0} ms[/]");
                break;
            case VerifyFinished verify:
                foreach (var result in verify.Results)
                    Line($"{(result.ExitCode == 0 ? "✓" : "✗")} verify: {result.Command} [dim]exit {result.ExitCode}, {result.DurationMs / 1000:0.0} s[/]");
                break;
            case BranchPushed pushed:
                Line($"[green]pushed[/] {pushed.Branch} [dim]{pushed.Commit[..12]}[/]");
                break;
            case ContextCompacted compacted:
                Line($"[dim]older context was summarized: {compacted.TokensBefore:N0} to {compacted.TokensAfter:N0} tokens[/]");
                break;
            case NoticeGiven notice:
                Line($"[yellow]{notice.Topic}:[/] [dim]{Cut(notice.Text)}[/]");
                break;
            case ModelReplied:
                EndLine();
                break;
        }
    }

    private void Line(FormattableString markup)
    {
        EndLine();
        _console.MarkupLineInterpolated(markup);
    }

    private void EndLine()
    {
        if (_midLine)
            _console.WriteLine();
        _midLine = false;
    }

    private static string Cut(string text)
    {
        text = text.ReplaceLineEndings(" ");
        return text.Length <= MaxArguments ? text : $"{text[..MaxArguments]}...";
    }
}
