using System.Diagnostics;
using System.Text.RegularExpressions;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Terminal;
using Drafthorse.Terminal.Output;
using Spectre.Console;

namespace Drafthorse.Demo;

/// <summary>Tells the demo as it happens: when, who, what.</summary>
internal sealed partial class DemoStory
{
    private readonly IAnsiConsole _console = TerminalConsole.Create();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, string> _calls = [];

    public double Seconds => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    public void Begin()
    {
        _console.Say($"[bold]Drafthorse demo[/]: a GitHub issue becomes a draft pull request, on this machine, offline.");
        _console.Say($"The model's answers are a [bold]recorded script[/]. All else is real: git over HTTP, the signed");
        _console.Say($"webhook, the server, the sandbox, the git gateway, the repository's own test.");
        _console.WriteLine();
    }

    public void Fact(string name, string text) => _console.Say($"[dim]{name,-9}[/] {text}");

    /// <summary>Which sandbox is used, and why none of those before it.</summary>
    public void Sandbox(SandboxSelection selection)
    {
        Fact("sandbox", selection.Reasons[^1]);
        foreach (var reason in selection.Reasons.SkipLast(1))
            Fact("", $"not {reason}");
        if (!selection.Backend.IsIsolated)
            Fact("", "install bubblewrap, or start Docker, to see it isolated");
    }

    public void Tell(string who, string what) => _console.Say($"[dim]{Seconds,5:0.0} s[/]  [blue]{who,-8}[/] {ToolLine.Cut(what, Math.Max(30, Math.Min(_console.Profile.Width, 160) - 18))}");

    public void Tell(JournalEvent journalEvent)
    {
        switch (journalEvent)
        {
            case RunStarted:
                Tell("worker", "claims the thread, with a lease and a fencing token");
                break;
            case ModelReplied replied when Text(replied.Content) is { Length: > 0 } text:
                Tell("model", text);
                break;
            case ToolStarted started:
                _calls[started.CallId] = ToolLine.Of(started.Tool, started.Arguments);
                break;
            case ToolFinished finished:
                Tell("tool", $"{(_calls.Remove(finished.CallId, out var call) ? call : finished.Tool)} → {LastLines(finished)}");
                break;
            case VerifyFinished verify:
                foreach (var result in verify.Results)
                    Tell("verify", $"{result.Command} on a clean checkout of {verify.Commit[..7]}: {(result.ExitCode == 0 ? "passed" : $"failed with {result.ExitCode}")}");
                break;
            case BranchPushed pushed:
                Tell("gateway", $"lets through the push of {pushed.Branch}, the only branch that the agent may write");
                break;
            case EffectFinished { Succeeded: true, Effect: Effects.Draft } draft:
                Tell("github", $"draft pull request {draft.Result}");
                break;
            case EffectFinished { Succeeded: true, Effect: Effects.Reply }:
                Tell("github", "the issue has its answer");
                break;
            case EffectFinished { Succeeded: true, Result: "eyes" }:
                Tell("github", "👀 on the issue, before any model is asked");
                break;
            case EffectFinished { Succeeded: false } failed:
                Tell("github", $"{failed.Effect}: {failed.Result}");
                break;
            case RunFinished { Reason.Length: > 0 } finished:
                Tell("run", $"{finished.Outcome}: {finished.Reason}");
                break;
        }
    }

    public void PullRequest(StandInPullRequest pull, string diff)
    {
        Heading("the draft pull request");
        _console.Say($"[bold]#{pull.Conversation.Number} {pull.Conversation.Title}[/]  [dim]{(pull.Draft ? "draft" : "NOT A DRAFT")}, {pull.Head} into {pull.Base}[/]");
        _console.WriteLine(Comment().Replace(pull.Conversation.Body ?? "", "").Trim());
        Heading("its diff");
        foreach (var line in diff.TrimEnd().Split('\n'))
            _console.Say(Colour(line));
    }

    public void End(double setUp, bool verified)
    {
        Heading(null);
        _console.Say(verified
            ? (FormattableString)$"[green]Done[/] in {Seconds:0.0} s: {setUp:0.0} s to set up, {Seconds - setUp:0.0} s from webhook to verified draft."
            : $"[red]The draft is there, but its repository's own test did not pass.[/]");
        _console.WriteLine();
        _console.WriteLine("Next:");
        _console.Say($"  drafthorse demo --keep   [dim]leaves all of it running, to look at[/]");
        _console.Say($"  drafthorse               [dim]talk with it in your own repository (needs a key, see drafthorse doctor)[/]");
        _console.Say($"  drafthorse serve         [dim]for your own GitHub: docs/settings.md[/]");
    }

    public void Failed(string reason) => _console.Say($"[red]{reason}[/]");

    private void Heading(string? text)
    {
        _console.WriteLine();
        _console.Say($"[green]{(text is null ? new string('─', 60) : $"── {text} {new string('─', Math.Max(0, 56 - text.Length))}")}[/]");
    }

    private static FormattableString Colour(string line) => line switch
    {
        ['+', ..] => $"[green]{line}[/]",
        ['-', ..] => $"[red]{line}[/]",
        _ => $"{line}",
    };

    private static string LastLines(ToolFinished finished) =>
        string.Join(" · ", Text(finished.Content).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(3));

    private static string Text(IEnumerable<ContentBlock> content) => string.Concat(content.Where(block => block.Kind == "text").Select(block => block.Text)).Trim();

    [GeneratedRegex(@"<!--.*?-->\n?", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
