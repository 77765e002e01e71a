using Drafthorse.Composition;
using Drafthorse.Harness.Agent;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;
using Spectre.Console;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse</c>: talk with the agent in a terminal. The folder's thread is gone on with.</summary>
internal static class ReplCommand
{
    private const string Help = "/help  this list\n/new  begin a new thread\n/resume ID  go on in another thread\n/cost  what this thread cost\n/model  the model in use\n/exit  leave (Ctrl-C stops a run, twice leaves)";

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        var target = WorkTarget.Find(null, settings);
        await using var platform = await Platform.BuildAsync(
            settings,
            new PlatformOptions { DefaultSandbox = "local", MayBeLocal = true, LocalDirectory = target.Directory },
            cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"[bold]Drafthorse[/] in {target.Directory}");
        var key = target.ThreadKey;
        var output = new TextOutput(platform, AnsiConsole.Console);
        AnsiConsole.MarkupLineInterpolated($"[dim]/help lists the commands.[/]");
        using var keys = new InterruptKey();
        while (!keys.WantsToLeave)
        {
            AnsiConsole.Markup("[green]You>[/] ");
            var line = (await Console.In.ReadLineAsync(keys.Idle()))?.Trim();
            if (line is null or "/exit")
                break;
            switch (line.Split(' ', 2, StringSplitOptions.TrimEntries))
            {
                case [""]:
                    break;
                case ["/help"]:
                    AnsiConsole.WriteLine(Help);
                    break;
                case ["/new"]:
                    key = target.NewThreadKey();
                    AnsiConsole.WriteLine("A new thread.");
                    break;
                case ["/resume", var name]:
                    key = await ResumeAsync(platform, name, key, cancellationToken);
                    break;
                case ["/cost"]:
                    var thread = await platform.Store.GetThreadAsync(ThreadId.FromKey(key), cancellationToken);
                    AnsiConsole.MarkupLineInterpolated($"{thread?.Facts.CostUsd ?? 0:0.0000} USD, {thread?.Facts.InputTokens ?? 0:N0} tokens in, {thread?.Facts.OutputTokens ?? 0:N0} out");
                    break;
                case ["/model"]:
                    AnsiConsole.WriteLine(string.Join(", then ", platform.Models));
                    break;
                case [['/', ..], ..]:
                    AnsiConsole.MarkupLineInterpolated($"[yellow]There is no command {line}.[/] /help lists them.");
                    break;
                default:
                    var message = new AgentMessage { Text = line, ThreadKey = key, User = WorkTarget.User, Repository = target.Repository };
                    await RunSession.RunAsync(platform, message, output, keys.Running());
                    break;
            }
        }

        return ExitCodes.Done;
    }

    private static async Task<string> ResumeAsync(Platform platform, string name, string current, CancellationToken cancellationToken)
    {
        try
        {
            var thread = await ThreadNames.FindAsync(platform.Store, name, cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"Going on with {thread.Origin.Title ?? thread.Key} ({ThreadStatusNames.Of(thread.State)}, {thread.Facts.Steps} steps)");
            return thread.Key;
        }
        catch (SettingsException exception)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{exception.Message}[/]");
            return current;
        }
    }
}
