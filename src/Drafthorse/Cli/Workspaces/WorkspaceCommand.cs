using System.CommandLine;
using Drafthorse.Harness;
using Drafthorse.Harness.WorkspaceChecks;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Workspaces;

/// <summary><c>drafthorse workspace</c>: a team's files for its agents.</summary>
internal static class WorkspaceCommand
{
    private static readonly Argument<string?> Folder = new("DIR") { Description = "The workspace; DRAFTHORSE_HOME/workspace when left out.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        var check = new Command("check", "Judges AGENTS.md, skills, knowledge and the other files of a workspace: file, line, reason. Says nothing when all is well. Exit code 1 when something is wrong.") { Folder };
        check.SetAction((parsed, cancellationToken) => CheckAsync(parsed.GetValue(Folder), cancellationToken));
        return new Command("workspace", "Checks a team's files for its agents.") { check };
    }

    private static async Task<int> CheckAsync(string? named, CancellationToken cancellationToken)
    {
        var folder = named ?? DrafthorseSettings.Read(SettingsReader.Default()).WorkspacePath;
        if (!Directory.Exists(folder))
            throw new SettingsException($"There is no folder {folder}.");
        try
        {
            var findings = await new WorkspaceCheck(new DirectoryFiles(folder, TimeProvider.System), new WorkspaceOptions()).RunAsync(cancellationToken);
            foreach (var finding in findings)
                Console.WriteLine(finding);
            return findings.Count == 0 ? ExitCodes.Done : ExitCodes.TaskFailed;
        }
        catch (WorkspaceException exception)
        {
            throw new SettingsException(exception.Message, exception);
        }
    }
}
