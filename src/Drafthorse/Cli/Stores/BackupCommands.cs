using System.CommandLine;
using Drafthorse.Backups;
using Drafthorse.Composition;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Stores;

/// <summary><c>drafthorse store backup</c> and <c>restore</c>.</summary>
internal static class BackupCommands
{
    private static readonly Option<string> To = new("--to") { Description = "The file to write, such as drafthorse.tar.gz.", Required = true };
    private static readonly Option<string> From = new("--from") { Description = "The file that backup wrote.", Required = true };

    public static Command Backup()
    {
        var command = new Command("backup", "Writes the threads and what belongs to them into one file, also while servers work on them.") { To };
        command.SetAction((parsed, cancellationToken) => BackupAsync(parsed.GetRequiredValue(To), cancellationToken));
        return command;
    }

    public static Command Restore()
    {
        var command = new Command("restore", "Puts a backup into DRAFTHORSE_HOME, which must have no threads.") { From };
        command.SetAction((parsed, cancellationToken) => RestoreAsync(parsed.GetRequiredValue(From), cancellationToken));
        return command;
    }

    private static async Task<int> BackupAsync(string target, CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        var report = await new HomeBackup(settings, TimeProvider.System).WriteAsync(target, cancellationToken);
        var size = new FileInfo(target).Length;
        Console.WriteLine(ForeignText.Line($"{Path.GetFullPath(target)}, {size / 1024.0 / 1024.0:0.0} MiB: {Words(settings, report)}"));
        return Code(report);
    }

    private static async Task<int> RestoreAsync(string archive, CancellationToken cancellationToken)
    {
        var settings = DrafthorseSettings.Read(SettingsReader.Default());
        var (manifest, report) = await new HomeRestore(settings).ReadAsync(archive, cancellationToken);
        Console.WriteLine(ForeignText.Line($"{settings.Home} is as it was on {manifest.At:yyyy-MM-dd HH:mm:ss} UTC: {Words(settings, report)}"));
        return Code(report);
    }

    private static string Words(DrafthorseSettings settings, StoreReport? report)
    {
        if (report is not null)
            return $"{report.Counts}: {(report.Total == 0 ? "whole." : $"{report.Total} damaged; drafthorse store check names them.")}";
        return StoreAddress.Of(settings).Kind switch
        {
            StoreKind.Postgres => "settings, workspace and results. The threads are in PostgreSQL: back that up with pg_dump or what you have.",
            StoreKind.Redis => "settings, workspace and results. The threads are in Redis: back up its append-only file.",
            _ => "settings, workspace and results; there are no threads.",
        };
    }

    private static int Code(StoreReport? report) => report is null or { Total: 0 } ? ExitCodes.Done : ExitCodes.TaskFailed;
}
