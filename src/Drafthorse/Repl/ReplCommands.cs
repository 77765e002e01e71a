using Drafthorse.Folders;
using Drafthorse.Folders.Snapshots;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Drafthorse.Terminal.Output;
using Spectre.Console;

namespace Drafthorse.Repl;

/// <summary>The commands of the REPL.</summary>
internal sealed class ReplCommands(ReplSession session)
{
    private const int Listed = 10;

    private static readonly (string Name, string Argument, string Does)[] Known =
    [
        ("/new", "", "begin a new thread"),
        ("/resume", "[ID]", "list threads, or go on in one"),
        ("/diff", "", "what changed in this folder"),
        ("/undo", "", "take back the last turn's changes (not in ignored files)"),
        ("/plan", "[TASK]", "plan a task first; alone: the plan"),
        ("/approve", "[HASH]", "say yes to what the agent waits for"),
        ("/reject", "[HASH] WHY", "say no to it, and why"),
        ("/todos", "", "what the agent still has to do"),
        ("/cost", "", "what this thread has cost"),
        ("/compact", "", "make the model's context shorter"),
        ("/model", "[SPEC]", "the model in use, or another one"),
        ("/help", "", "this list"),
        ("/exit", "", "leave (also Ctrl-D)"),
    ];

    private static readonly (string Name, string Comes)[] Later =
    [
        ("/review", "the reviewer"),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(command => command.Name)];

    private static readonly IReadOnlyList<string> All = [.. Names, .. Later.Select(later => later.Name), "/quit"];

    /// <summary>Whether a line is for <see cref="RunAsync"/>, and not for the agent.</summary>
    public static bool IsCommand(string line) => CommandWords.IsCommand(line, All);

    /// <summary>False: the person leaves.</summary>
    public async Task<bool> RunAsync(string line, CancellationToken cancellationToken)
    {
        switch (line.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            case ["/exit" or "/quit", ..]:
                return false;
            case ["/help", ..]:
                Help();
                break;
            case ["/new", ..]:
                session.ThreadKey = session.Target.NewThreadKey();
                session.Console.WriteLine("A new thread: nothing of the old one is known in it.");
                break;
            case ["/resume"]:
                await ListAsync(cancellationToken);
                break;
            case ["/resume", var name]:
                await ResumeAsync(name, cancellationToken);
                break;
            case ["/undo", ..]:
                await UndoAsync(cancellationToken);
                break;
            case ["/plan" or "/approve" or "/reject", ..]:
                await ReplAnswers.RunAsync(session, line, cancellationToken);
                break;
            case ["/todos", ..]:
                await TodosAsync(cancellationToken);
                break;
            case ["/cost", ..]:
                await CostAsync(cancellationToken);
                break;
            case ["/compact", ..]:
                await CompactAsync(cancellationToken);
                break;
            case ["/model"]:
                session.Console.WriteLine(string.Join(", then ", session.Platform.Models));
                break;
            case ["/model", var model]:
                await UseModelAsync(model);
                break;
            case ["/diff", ..]:
                await DiffAsync(cancellationToken);
                break;
            case [var name, ..] when Later.FirstOrDefault(later => later.Name == name) is { Comes: { } comes }:
                session.Console.Say($"[yellow]{name} is not there yet: it comes with {comes}.[/]");
                break;
            default:
                session.Console.Say(CommandWords.Nearest(line.Split(' ', 2)[0], All) is { } meant
                    ? (FormattableString)$"[yellow]There is no command {line}.[/] Did you mean {meant}?"
                    : $"[yellow]There is no command {line}.[/] /help lists them.");
                break;
        }

        return true;
    }

    private void Help()
    {
        foreach (var (name, argument, does) in Known)
            session.Console.Say($"{$"{name} {argument}".PadRight(15)} [dim]{does}[/]");
        session.Console.Say($"[dim]@path attaches a file · Tab completes · Up recalls · \\ at the end goes on[/]");
        session.Console.Say($"[dim]Ctrl-C stops a run, twice leaves · not yet: {string.Join(' ', Later.Select(later => later.Name))}[/]");
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var page = await session.Platform.Store.ListThreadsAsync(new ThreadQuery { User = WorkTarget.User, Limit = Listed }, cancellationToken);
        foreach (var thread in page.Threads)
            session.Console.Say($"{thread.Id.Prefix} [dim]{ThreadStatusNames.Of(thread.State),-9}[/] {ToolLine.Cut(thread.Origin.Title ?? thread.Key, Math.Max(10, Math.Min(session.Console.Profile.Width, 120) - 20))}");
        session.Console.Say($"[dim]{(page.Threads.Count == 0 ? "There are no threads yet." : "/resume ID goes on in one.")}[/]");
    }

    private async Task ResumeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var thread = await ThreadNames.FindAsync(session.Platform.Store, name, cancellationToken);
            session.ThreadKey = thread.Key;
            session.Console.Say($"Going on with {ToolLine.Cut(thread.Origin.Title ?? thread.Key, 80)} [dim]({ThreadStatusNames.Of(thread.State)}, {thread.Facts.Steps} steps)[/]");
            if (thread.Origin.Channel == "cli" && !thread.Key.StartsWith(session.Target.ThreadKey, StringComparison.Ordinal))
                session.Console.Say($"[yellow]It was begun in another folder; it works in this one now.[/]");
            await session.ResumeCutOffAsync();
        }
        catch (SettingsException exception)
        {
            session.Console.Say($"[yellow]{exception.Message:lines}[/]");
        }
    }

    private async Task UndoAsync(CancellationToken cancellationToken)
    {
        FolderResult? result;
        try
        {
            result = await session.Turns.UndoAsync(cancellationToken);
        }
        catch (FolderException exception)
        {
            session.Console.Say($"[yellow]{exception.Message:lines}[/]");
            return;
        }

        if (result is null)
        {
            session.Console.WriteLine(session.Turns.WhyNot is { } why ? $"The last turn cannot be taken back: {why}" : "There is nothing to take back: no turn of this folder changed files.");
            return;
        }

        foreach (var change in result.Changed)
            session.Console.Say($"{(change.IsDeletion ? "removed " : "restored")} {change.Path}");
        foreach (var conflict in result.Conflicts)
            session.Console.Say($"[yellow]{conflict.Path} was changed since and stays as it is.[/]");
        foreach (var (path, why) in result.Refused)
            session.Console.Say($"[yellow]{path} is not taken back: {why}.[/]");
        if (result.Changed.Count > 0)
            session.TellAgent($"The user took back what your last turn changed in {string.Join(", ", result.Changed.Select(change => change.Path).Take(Listed))}{(result.Changed.Count > Listed ? " and more" : "")}.");
    }

    private async Task TodosAsync(CancellationToken cancellationToken)
    {
        var store = session.Platform.Store;
        var todos = await store.GetThreadAsync(ThreadId.FromKey(session.ThreadKey), cancellationToken) is { } thread ? await store.ReadTodosAsync(thread, cancellationToken) : [];
        TodoLines.Show(session.Console, todos);
        session.Console.Say($"[dim]{(todos.Count == 0 ? "There are no to-dos in this thread." : $"{todos.Count(todo => todo.Status == TodoStatus.Completed)} of {todos.Count} done")}[/]");
    }

    private async Task CostAsync(CancellationToken cancellationToken)
    {
        var facts = (await session.Platform.Store.GetThreadAsync(ThreadId.FromKey(session.ThreadKey), cancellationToken))?.Facts ?? new ThreadFacts();
        var limit = session.Settings.Budget.CostUsd is { } most ? $" of {most:0.##}" : "";
        session.Console.Say($"{CostWords.Of(facts.UnpricedTokens > 0 ? null : facts.CostUsd, limit)} · {facts.Steps} steps · {facts.InputTokens:N0} tokens in, {facts.OutputTokens:N0} out");
        if (session.Platform.Unpriced is { } unpriced)
            session.Console.Say($"[yellow]The price of {unpriced} is not known: its tokens are limited instead.[/]");
    }

    private async Task CompactAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await session.Platform.Agent.CompactAsync(ThreadId.FromKey(session.ThreadKey), cancellationToken) is not { } compacted)
            {
                session.Console.WriteLine("Nothing to shorten yet: the newest messages always stay as they are.");
                return;
            }

            var thread = await session.Platform.Store.GetThreadAsync(ThreadId.FromKey(session.ThreadKey), cancellationToken);
            var todos = await session.Platform.Store.ReadTodosAsync(thread!, cancellationToken);
            session.Console.WriteLine($"Done: {CompactionWords.Line(compacted)}.");
            session.Console.WriteLine(CompactionWords.Kept(compacted, todos.Count));
        }
        catch (ModelException exception)
        {
            session.Console.Say($"[red]{exception.Message:lines}[/]");
        }
    }

    private async Task UseModelAsync(string spec)
    {
        try
        {
            await session.UseModelAsync(ModelSpec.Parse(spec));
            session.Console.WriteLine($"From now on: {string.Join(", then ", session.Platform.Models)}");
        }
        catch (Exception exception) when (exception is ModelException or SandboxException or ThreadStoreException or SettingsException)
        {
            session.Console.Say($"[yellow]{exception.Message:lines}[/]");
        }
    }

    private async Task DiffAsync(CancellationToken cancellationToken)
    {
        FolderDiff? diff;
        try
        {
            diff = await FolderDiff.ReadAsync(session.Target.Directory, session.Settings.FoldersPath, cancellationToken);
        }
        catch (FolderException exception)
        {
            session.Console.Say($"[yellow]{exception.Message:lines}[/]");
            return;
        }

        if (diff is null)
        {
            session.Console.Say($"[yellow]There is nothing to compare with: this folder is in no git repository with a commit.[/]");
            return;
        }

        if (diff.Text.Length > 0)
            DiffView.Show(session.Console, diff.Text);
        foreach (var file in diff.New)
            session.Console.Say($"[green]new file:[/] {ForeignText.Name(file)}");
        foreach (var file in diff.Filtered)
            session.Console.Say($"[yellow]not compared:[/] {ForeignText.Name(file)} [dim](the repository passes it through a program, which is not run)[/]");
        if (diff is { Text.Length: 0, New.Count: 0, Filtered.Count: 0 })
            session.Console.WriteLine("Nothing changed since the last commit.");
    }
}
