using Drafthorse.Folders;
using Drafthorse.Harness.Threads;
using Drafthorse.Terminal;
using Drafthorse.Terminal.Output;
using Spectre.Console;

namespace Drafthorse.Repl;

/// <summary>What a person should know before the first message: model, place, and what protects the machine.</summary>
internal static class Banner
{
    public static async Task ShowAsync(ReplSession session)
    {
        var console = session.Console;
        console.Say($"[bold]Drafthorse[/] [dim]·[/] {string.Join(", then ", session.Platform.Models)}");
        console.Say($"[dim]in[/] {TerminalConsole.Short(session.Target.Directory)}");
        if (session.Target.Repository is null && FolderInstructions.Find(session.Target.Directory) is { Count: > 0 } files)
            console.Say($"[dim]instructions:[/] {string.Join(", ", files.Select(TerminalConsole.Short))}");
        if (session.Platform.Sandbox.Backend.IsIsolated)
            console.Say($"[dim]sandbox:[/] {session.Platform.Sandbox.Reasons[^1]}\n[dim]It has a copy of this folder without ignored files; what changes in it comes back here after each turn.[/]");
        else
            console.Say($"[yellow]no isolation:[/] commands run on this machine as you ({session.Platform.Sandbox.Backend.Kind} sandbox)");
        if (await session.Platform.Store.GetThreadAsync(ThreadId.FromKey(session.ThreadKey), CancellationToken.None) is { JournalLength: > 0 } thread)
            console.Say($"[dim]goes on with:[/] {ToolLine.Cut(thread.Origin.Title ?? thread.Key, 60)} [dim]({thread.Facts.Steps} steps; /new begins anew)[/]");
        console.Say($"[dim]/help lists the commands[/]");
    }
}
