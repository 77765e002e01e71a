using System.CommandLine;
using System.Text;
using Drafthorse.Events;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Server;
using Drafthorse.Composition;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Drafthorse.Terminal.Output;
using Spectre.Console;

namespace Drafthorse.Cli.Threads;

/// <summary><c>drafthorse threads</c>: what the local store or a server knows.</summary>
internal static class ThreadsCommand
{
    private static readonly Argument<string> Name = new("thread") { Description = "A thread's id, its first digits, or (locally) its key." };
    private static readonly Argument<string> Text = new("text") { Description = "The message." };
    public static readonly Option<string?> Server = new("--server") { Description = "A server's address instead of the local store; its token is read from DRAFTHORSE_API_TOKEN.", Recursive = true };
    private static readonly Option<string?> State = new("--state") { Description = "Only threads in this state." };
    private static readonly Option<DeliveryMode> Mode = new("--mode") { Description = "When a running thread takes it: at its next step, at once (steer), or after the run (queue).", DefaultValueFactory = _ => DeliveryMode.Step };

    public static Command Create()
    {
        var threads = new Command("threads", "Lists, shows, follows, exports, steers and cancels threads.") { Server };
        Add(threads, new Command("list", "The threads, the newest first.") { State }, ListAsync);
        Add(threads, new Command("show", "One thread and its journal.") { Name }, ShowAsync);
        Add(threads, new Command("follow", "The events as JSON lines, from the beginning and then as they come.") { Name }, FollowAsync);
        Add(threads, new Command("export", "The journal's records as JSON lines.") { Name }, ExportAsync);
        Add(threads, new Command("send", "Sends a message.") { Name, Text, Mode }, SendAsync);
        Add(threads, new Command("cancel", "Cancels what is being done.") { Name }, CancelAsync);
        Add(threads, new Command("rollback", "Not yet: it comes with snapshots.") { Name }, (_, _, _) => throw new SettingsException("threads rollback is not there yet: it comes with snapshots."));
        return threads;
    }

    private static void Add(Command threads, Command command, Func<ThreadSource, ParseResult, CancellationToken, Task> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var source = await OpenAsync(parsed, cancellationToken);
            await action(source, parsed, cancellationToken);
            return ExitCodes.Done;
        });
        threads.Add(command);
    }

    /// <summary>What the command line names: a server, or the store of the settings.</summary>
    public static async Task<ThreadSource> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        return parsed.GetValue(Server) is { } url ? new ServerThreads(url, settings.ApiToken) : new LocalThreads(await ThreadStores.OpenAsync(settings, cancellationToken), settings);
    }

    private static async Task ListAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var threads = await source.ListAsync(parsed.GetValue(State), cancellationToken);
        var console = TerminalConsole.Create();
        if (threads.Count == 0)
        {
            console.WriteLine(parsed.GetValue(State) is { } state ? $"There are no threads in the state {state}." : "There are no threads yet.");
            return;
        }

        var table = new Table().Border(TableBorder.None);
        foreach (var name in new[] { "id", "state", "repository", "title", "steps", "USD", "updated" })
            table.AddColumn(new TableColumn(name) { NoWrap = name != "title" });
        foreach (var thread in threads)
        {
            string[] cells =
            [
                ShortId(thread),
                thread.State,
                thread.Repo ?? "-",
                ToolLine.Cut(thread.Title ?? thread.Channel, 60) + (thread.WaitsFor is { } reason ? $" (waits for {reason})" : ""),
                $"{thread.Steps}",
                thread.CostUsd is { } usd ? $"{usd:0.00}" : "unknown",
                $"{thread.UpdatedAt.LocalDateTime:yyyy-MM-dd HH:mm}",
            ];
            table.AddRow([.. cells.Select(cell => Markup.Escape(ForeignText.Line(cell)))]);
        }

        console.Write(table);
    }

    private static async Task ShowAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var thread = await source.FindAsync(parsed.GetRequiredValue(Name), cancellationToken);
        var console = TerminalConsole.Create();
        console.Say($"[bold]{ToolLine.Cut(thread.Title ?? thread.Id, 120)}[/]");
        console.Say($"{thread.Id} · {thread.State} · {thread.Channel}, {thread.User} · {thread.Steps} steps · {CostWords.Of(thread.CostUsd)}");
        if (thread.WaitsFor is { } reason)
            console.Say($"waits for {reason}");
        if (thread.Repo is not null)
            console.Say($"{thread.Repo}{(thread.Branch is null ? "" : $", branch {thread.Branch}")}");
        if (thread.PullRequest is { } pullRequest)
            console.Say($"[green]{pullRequest}[/]");
        await foreach (var record in source.ReadAsync(thread.Id, cancellationToken))
            console.Say($"[dim]{record.Position,5} {record.At.LocalDateTime:HH:mm:ss}[/] {record.Kind,-18} {Summary.Of(record)}");
    }

    private static async Task FollowAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var thread = await source.FindAsync(parsed.GetRequiredValue(Name), cancellationToken);
        await foreach (var line in source.FollowAsync(thread.Id, cancellationToken))
            await Console.Out.WriteLineAsync(Encoding.UTF8.GetString(JsonText.Visible(Encoding.UTF8.GetBytes(line)).Span));
    }

    private static async Task ExportAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var thread = await source.FindAsync(parsed.GetRequiredValue(Name), cancellationToken);
        await foreach (var record in source.ReadAsync(thread.Id, cancellationToken))
            await Console.Out.WriteAsync(Encoding.UTF8.GetString(JournalExport.Line(record).Span));
    }

    private static async Task SendAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(parsed.GetRequiredValue(Text)))
            throw new SettingsException("The message is empty.");
        var thread = await source.FindAsync(parsed.GetRequiredValue(Name), cancellationToken);
        Console.WriteLine($"{ShortId(thread)}: {await source.SendAsync(thread.Id, parsed.GetRequiredValue(Text), parsed.GetValue(Mode), cancellationToken)}");
    }

    private static async Task CancelAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var thread = await source.FindAsync(parsed.GetRequiredValue(Name), cancellationToken);
        await source.CancelAsync(thread.Id, cancellationToken);
        Console.WriteLine($"{ShortId(thread)}: cancelled.");
    }

    private static string ShortId(ThreadView thread) => thread.Id[..Math.Min(8, thread.Id.Length)];
}
