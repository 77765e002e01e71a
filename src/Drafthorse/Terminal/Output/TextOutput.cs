using System.Diagnostics;
using Drafthorse.Composition;
using Drafthorse.Harness;
using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Threads;
using Spectre.Console;

namespace Drafthorse.Terminal.Output;

/// <summary>A run for people: streamed words, tool calls as they run, and how it ended.</summary>
internal sealed class TextOutput : IRunOutput, IDisposable
{
    private const int TailLines = 3;
    private readonly IAnsiConsole _console;
    private readonly Lock _gate = new();
    private readonly ProgressLine _progress;
    private readonly StreamedText _words;
    private readonly OrderedDictionary<string, ShownCall> _calls = [];
    private readonly long _began = Stopwatch.GetTimestamp();

    public TextOutput(IAnsiConsole console)
    {
        _console = console;
        _progress = new ProgressLine(console, _gate);
        _words = new StreamedText(console.Profile.Out.Writer, () => console.Profile.Width);
    }

    /// <summary>Says where the run works, and what protects the machine from it.</summary>
    public void Introduce(Platform platform, bool carriesFolder)
    {
        Line($"[dim]{platform.Models[0]} · sandbox: {platform.Sandbox.Reasons[^1]}[/]");
        if (carriesFolder && platform.Sandbox.Backend.IsIsolated)
            Line($"[dim]The sandbox has a copy of this folder without ignored files; what changes in it comes back here at the end.[/]");
    }

    public void Show(AgentEvent agentEvent)
    {
        lock (_gate)
        {
            switch (agentEvent)
            {
                case TextDelta delta:
                    _progress.Set(null);
                    _words.Write(delta.Text);
                    break;
                case ToolOutputDelta output:
                    _progress.Detail(output.Text);
                    break;
                case TextRestarted { Attempt: > 0 } retry:
                    Line($"[yellow]retrying {retry.Attempt} of {retry.MaxAttempts} in {retry.Wait.TotalSeconds:0.#} s:[/] [dim]{ToolLine.Cut(retry.Reason, 300)}[/]");
                    break;
                case TextRestarted other:
                    Line($"[yellow]another model is asked:[/] [dim]{ToolLine.Cut(other.Reason, 300)}[/]");
                    break;
                case RunElsewhere:
                    Line($"[yellow]Another drafthorse process works on this thread: it takes the message at its next step, and this one follows. When it is gone, its lease ends within half a minute and this one goes on.[/]");
                    _progress.Set("waiting for the other process");
                    break;
                case JournalAppended appended:
                    ShowJournaled(appended.Event);
                    break;
            }
        }
    }

    public void Finished(JournalAppended end, PullRequestRef? pullRequest)
    {
        var run = (RunFinished)end.Event;
        lock (_gate)
        {
            _progress.Set(null);
            foreach (var note in run.Notes)
                Line($"[yellow]{note}[/]");
            if (run.Outcome == ThreadStatusNames.Of(ThreadStatus.Cancelled))
                Line($"[yellow]Stopped. What was done so far is kept; the next message goes on from there.[/]");
            else if (run.WaitsFor is not null)
                Line($"[yellow]{run.Reason}[/]");
            else if (run.Reason.Length > 0)
                Line($"[red]{run.Outcome}: {run.Reason}[/]");
            if (pullRequest is not null)
                Line($"[green]Draft pull request: {pullRequest.Url}[/]");
            Line($"[dim]{run.Outcome} · {run.Steps} {(run.Steps == 1 ? "step" : "steps")} · {run.Usage.Input:N0} tokens in, {run.Usage.Output:N0} out · {CostWords.Of(run.Usage.Unpriced > 0 ? null : run.CostUsd)} · {Stopwatch.GetElapsedTime(_began).TotalSeconds:0.0} s · thread {end.ThreadId.Prefix}[/]");
        }
    }

    public void Cancelled(ThreadId thread, bool elsewhere)
    {
        lock (_gate)
        {
            _progress.Set(null);
            Line(elsewhere
                ? (FormattableString)$"[yellow]No longer followed; the run in the other process goes on.[/]"
                : $"[yellow]Stopped. What was done so far is kept in thread {thread.Prefix}.[/]");
        }
    }

    public void Dispose() => _progress.Dispose();

    private void ShowJournaled(JournalEvent journalEvent)
    {
        switch (journalEvent)
        {
            case MessagesTaken:
                _progress.Set("thinking");
                break;
            case ModelReplied:
                EndLine();
                break;
            case ToolStarted started:
                var call = new ShownCall(ToolLine.Of(started.Tool, started.Arguments), EditLines.Of(started.Tool, started.Arguments));
                _calls[started.CallId] = call;
                if (_calls.Count == 1)
                    _progress.Set(call.Line);
                if (!_console.IsLive())
                    Line($"● {ToolLine.Cut(call.Line, 200)}");
                break;
            case ToolFinished finished:
                ShowResult(finished);
                _progress.Set(_calls.Count > 0 ? _calls.GetAt(0).Value.Line : "thinking");
                break;
            case TodosWritten todos:
                Line($"  [dim]{ToolLine.Cut(TodoLines.Progress(todos.Items), Math.Max(20, Math.Min(_console.Profile.Width, 200) - 3))}[/]");
                break;
            case ApprovalAsked { Kind: not ApprovalKinds.Question } asked:
                Line($"[yellow]Please decide about {ApprovalKinds.Words(asked.Kind)} {asked.Hash[..8]}:[/]");
                Line($"{(asked.Kind == ApprovalKinds.Plan ? PlanLines.Numbered(asked.Text) : asked.Text):lines}");
                break;
            case VerifyFinished verify:
                foreach (var result in verify.Results)
                    Line($"{(result.ExitCode == 0 ? "✓" : "✗")} verify: {result.Command} [dim]exit {result.ExitCode}, {result.DurationMs / 1000:0.0} s[/]");
                break;
            case BranchPushed pushed:
                Line($"[green]pushed[/] {pushed.Branch} [dim]{pushed.Commit[..12]}[/]");
                break;
            case ContextCompacted compacted:
                Line($"[dim]{CompactionWords.Line(compacted)}[/]");
                break;
            case NoticeGiven { Topic: "folder", Output: not null }:
                // The end of the run says it to the person, path by path.
                break;
            case NoticeGiven notice:
                Line($"[yellow]{notice.Topic}:[/] [dim]{ToolLine.Cut(notice.Text, 300)}[/]");
                break;
            case EffectFinished { Succeeded: false } effect:
                Line($"[yellow]{effect.Effect}: {effect.Result}[/]");
                break;
        }
    }

    /// <summary>On a terminal a call is one line when it ended (the progress line shows it before); elsewhere its start was a line.</summary>
    private void ShowResult(ToolFinished finished)
    {
        var text = string.Concat(finished.Content.Select(block => block.Text)).TrimEnd();
        var call = _calls.Remove(finished.CallId, out var known) ? known : new ShownCall(finished.Tool, EditLines.None);
        var last = text[(text.LastIndexOf('\n') + 1)..];
        var failed = finished.IsError || (finished.Tool == "execute" && last.StartsWith("[exit code ", StringComparison.Ordinal) && !last.StartsWith("[exit code 0,", StringComparison.Ordinal));
        var time = finished.DurationMs < 1000 ? $"{finished.DurationMs:0} ms" : $"{finished.DurationMs / 1000:0.0} s";
        var edit = failed ? EditLines.None : call.Edit;
        var counts = edit.Added + edit.Removed == 0 ? "" : $" +{edit.Added} -{edit.Removed}";
        var room = Math.Max(20, Math.Min(_console.Profile.Width, 200) - time.Length - counts.Length - 5);
        if (failed)
            Line($"[red]✗[/] {ToolLine.Cut(call.Line, room)} [dim]{time}[/]");
        else if (_console.IsLive())
            Line($"[blue]●[/] {ToolLine.Cut(call.Line, room)}[dim]{counts} {time}[/]");
        if (finished.IsError || finished.Tool == "execute")
            ShowTail(text);
        ShowEdit(edit);
    }

    private void ShowEdit(EditLines edit)
    {
        var width = Math.Min(_console.Profile.Width, 200) - 3;
        foreach (var line in edit.Shown)
        {
            var text = ToolLine.Cut(line.Text, width - 1);
            Line(line.Sign == '+' ? (FormattableString)$"  [green]+{text}[/]" : $"  [red]-{text}[/]");
        }

        if (edit.Left > 0)
            Line($"  [dim]… {edit.Left} more lines[/]");
    }

    private void ShowTail(string text)
    {
        foreach (var line in text.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line) && !line.StartsWith("[exit code 0,", StringComparison.Ordinal)).TakeLast(TailLines))
            Line($"  [dim]{ToolLine.Cut(line, Math.Min(_console.Profile.Width, 200) - 3)}[/]");
    }

    private void Line(FormattableString markup)
    {
        EndLine();
        _console.Say(markup);
    }

    private void EndLine()
    {
        _progress.Erase();
        _words.EndLine();
    }

    private sealed record ShownCall(string Line, EditLines Edit);
}
