using System.CommandLine;
using Drafthorse.Composition;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.Harness.Threads.Migration;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Stores;

/// <summary><c>drafthorse store</c>: what is done to a thread store as a whole.</summary>
internal static class StoreCommand
{
    private static readonly Option<string?> Store = new("--store") { Description = "Another store than the settings': a path, sqlite:PATH, postgres://..., redis://..., or env:NAME for a variable that holds one of them." };
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object instead of lines." };

    private static readonly Option<string> From = new("--from") { Description = "The store that has the threads, written as for --store.", Required = true };
    private static readonly Option<string> To = new("--to") { Description = "An empty store, or the one of a move that was cut off.", Required = true };
    private static readonly Option<bool> Abandon = new("--abandon") { Description = "Gives a move up that was cut off: the first store takes writes again." };

    public static Command Create()
    {
        var check = new Command("check", "Reads every row of a store and says which are damaged. Exit code 1 when there are any.") { Store, Json };
        check.SetAction((parsed, cancellationToken) => CheckAsync(parsed.GetValue(Store), parsed.GetValue(Json), cancellationToken));
        var migrate = new Command("migrate", "Moves all threads to another store, also while others work on them.") { From, To, Abandon };
        migrate.SetAction((parsed, cancellationToken) => MigrateAsync(parsed.GetRequiredValue(From), parsed.GetRequiredValue(To), parsed.GetValue(Abandon), cancellationToken));
        return new Command("store", "Checks a thread store, moves its threads to another one, backs them up and restores them.") { check, migrate, BackupCommands.Backup(), BackupCommands.Restore() };
    }

    private static async Task<int> CheckAsync(string? address, bool json, CancellationToken cancellationToken)
    {
        var where = address is null ? StoreAddress.Of(DrafthorseSettings.Read(SettingsReader.Default())) : StoreAddress.Parse(address, Environment.GetEnvironmentVariable);
        await using var store = await ThreadStores.OpenExistingAsync(where, cancellationToken);
        var progress = new StoreProgress();
        var report = await new StoreCheck(store, counts => progress.Show($"Read {counts}")).RunAsync(cancellationToken);
        if (json)
        {
            Console.WriteLine(StoreReportJson.Write(store.Kind, $"{where}", report));
            return report.Total == 0 ? ExitCodes.Done : ExitCodes.TaskFailed;
        }

        foreach (var finding in report.Findings)
            Console.WriteLine(ForeignText.Line($"{finding}"));
        if (report.Total > report.Findings.Count)
            Console.WriteLine($"and {report.Total - report.Findings.Count} more.");
        Console.WriteLine(ForeignText.Line($"{where}: {report.Counts}: {(report.Total == 0 ? "whole." : $"{report.Total} damaged.")}"));
        return report.Total == 0 ? ExitCodes.Done : ExitCodes.TaskFailed;
    }

    private static async Task<int> MigrateAsync(string from, string to, bool isAbandoned, CancellationToken cancellationToken)
    {
        await using var source = await ThreadStores.OpenExistingAsync(StoreAddress.Parse(from, Environment.GetEnvironmentVariable), cancellationToken);
        await using var target = await ThreadStores.OpenAsync(StoreAddress.Parse(to, Environment.GetEnvironmentVariable), cancellationToken);
        var progress = new StoreProgress();
        var migration = new StoreMigration(source, target, TimeProvider.System, progress.Show);
        try
        {
            if (isAbandoned)
            {
                await migration.AbandonAsync(cancellationToken);
                Console.WriteLine(ForeignText.Line($"Given up. The threads are in {source.Place}, which takes writes again."));
                return ExitCodes.Done;
            }

            var (counts, digest) = await migration.RunAsync(cancellationToken);
            Console.WriteLine(ForeignText.Line($"Moved to {target.Place}: {counts}; read back and equal (SHA-256 {digest}). Name it in the settings of every process; {source.Place} takes nothing any more."));
            return ExitCodes.Done;
        }
        catch (MigrationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.TaskFailed;
        }
    }
}
