using System.CommandLine;
using System.Text;
using Drafthorse.Composition;
using Drafthorse.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Spectre.Console;

namespace Drafthorse.Cli;

/// <summary><c>drafthorse threads</c>: what the local store knows.</summary>
internal static class ThreadsCommand
{
    private static readonly Argument<string> Name = new("thread") { Description = "A thread's id, its first digits, or its key." };

    public static Command Create()
    {
        var list = new Command("list", "The threads, the newest first.");
        list.SetAction((_, cancellationToken) => WithStoreAsync(ListAsync, cancellationToken));
        var show = new Command("show", "One thread and its journal.") { Name };
        show.SetAction((parsed, cancellationToken) => WithStoreAsync((store, token) => ShowAsync(store, parsed.GetRequiredValue(Name), token), cancellationToken));
        var follow = new Command("follow", "The journal as JSON lines, from its beginning and then as it grows.") { Name };
        follow.SetAction((parsed, cancellationToken) => WithStoreAsync((store, token) => FollowAsync(store, parsed.GetRequiredValue(Name), token), cancellationToken));
        var export = new Command("export", "The journal's records as JSON lines.") { Name };
        export.SetAction((parsed, cancellationToken) => WithStoreAsync((store, token) => ExportAsync(store, parsed.GetRequiredValue(Name), token), cancellationToken));
        return new Command("threads", "Lists, shows, follows and exports threads.") { list, show, follow, export };
    }

    private static async Task<int> WithStoreAsync(Func<IThreadStore, CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        await using var store = Platform.OpenStore(DrafthorseSettings.Read(SettingsReader.Default()));
        try
        {
            await action(store, cancellationToken);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Cancelled;
        }
    }

    private static async Task ListAsync(IThreadStore store, CancellationToken cancellationToken)
    {
        var page = await store.ListThreadsAsync(new ThreadQuery { Limit = 50 }, cancellationToken);
        if (page.Threads.Count == 0)
        {
            AnsiConsole.WriteLine("There are no threads yet.");
            return;
        }

        var table = new Table().Border(TableBorder.None).AddColumns("id", "state", "repository", "title", "steps", "USD", "updated");
        foreach (var thread in page.Threads)
        {
            table.AddRow(
                thread.Id.Prefix,
                ThreadStatusNames.Of(thread.State),
                Markup.Escape(thread.Origin.Repository?.FullName ?? "-"),
                Markup.Escape(thread.Origin.Title ?? thread.Key),
                $"{thread.Facts.Steps}",
                $"{thread.Facts.CostUsd:0.00}",
                $"{thread.UpdatedAt.LocalDateTime:g}");
        }

        AnsiConsole.Write(table);
    }

    private static async Task ShowAsync(IThreadStore store, string name, CancellationToken cancellationToken)
    {
        var thread = await ThreadNames.FindAsync(store, name, cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"[bold]{thread.Origin.Title ?? thread.Key}[/]");
        AnsiConsole.MarkupLineInterpolated($"{thread.Id} · {ThreadStatusNames.Of(thread.State)} · {thread.Facts.Steps} steps · {thread.Facts.CostUsd:0.0000} USD");
        if (thread.PullRequest is { } pullRequest)
            AnsiConsole.MarkupLineInterpolated($"[green]{pullRequest.Url}[/]");
        await foreach (var record in JournalPages.ReadAsync(store, thread.Id, cancellationToken))
            AnsiConsole.MarkupLineInterpolated($"[dim]{record.Position,5} {record.At.LocalDateTime:T}[/] {record.Kind,-18} {Summary.Of(record)}");
    }

    private static async Task FollowAsync(IThreadStore store, string name, CancellationToken cancellationToken)
    {
        var thread = await ThreadNames.FindAsync(store, name, cancellationToken);
        await foreach (var record in store.FollowJournalAsync(thread.Id, 0, cancellationToken))
        {
            if (record.Event is not { } journalEvent)
                continue;
            foreach (var line in EventJson.Write(thread.Id, record.Position, record.At, journalEvent, thread.PullRequest))
                Console.Out.WriteLine(Encoding.UTF8.GetString(line.Span));
        }
    }

    private static async Task ExportAsync(IThreadStore store, string name, CancellationToken cancellationToken)
    {
        var thread = await ThreadNames.FindAsync(store, name, cancellationToken);
        await using var output = Console.OpenStandardOutput();
        await foreach (var record in JournalPages.ReadAsync(store, thread.Id, cancellationToken))
            await output.WriteAsync(JournalExport.Line(record), cancellationToken);
    }
}
