using System.CommandLine;
using Drafthorse.Harness;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.WorkspaceChecks;
using Drafthorse.Harness.WorkspaceSync;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Workspaces;

/// <summary><c>drafthorse workspace</c>: a team's files for its agents.</summary>
internal static class WorkspaceCommand
{
    private static readonly Argument<string?> Folder = new("DIR") { Description = "The workspace; DRAFTHORSE_HOME/workspace when left out.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Argument<string> Url = new("GIT_URL") { Description = "https://HOST/OWNER/REPO or an absolute path; #REF after it for a branch, a tag or a commit." };

    public static Command Create()
    {
        var check = new Command("check", "Judges AGENTS.md, skills, knowledge and the other files of a workspace: file, line, reason. Says nothing when all is well. Exit code 1 when something is wrong.") { Folder };
        check.SetAction((parsed, cancellationToken) => CheckAsync(parsed.GetValue(Folder), cancellationToken));
        var sync = new Command("sync", "Brings the workspace from a git repository, when all in it is fit for use; else the last good one stays.") { Url };
        sync.SetAction((parsed, cancellationToken) => WorkspaceFailures.GuardAsync(settings => SyncAsync(settings, parsed.GetRequiredValue(Url), cancellationToken)));
        return new Command("workspace", "Checks a team's files for its agents, and brings them from git.") { check, sync };
    }

    private static async Task<int> SyncAsync(DrafthorseSettings settings, string url, CancellationToken cancellationToken)
    {
        HomeFolder.Prepare(settings);
        var hash = url.IndexOf('#', StringComparison.Ordinal);
        var (address, reference) = hash < 0 ? (url, null) : (url[..hash], url[(hash + 1)..]);
        if (!RepositoryUrl.TryParse(address, out var repository))
        {
            repository = Path.IsPathFullyQualified(address) ? new RepositoryRef("local", "", Path.GetFileName(address.TrimEnd('/')), address)
                : throw new SettingsException($"'{address}' is neither the URL of a git remote (https://HOST/OWNER/REPO, without credentials: set GITHUB_TOKEN for those) nor an absolute path.");
        }

        GitCredential? credential = settings.GitHub is { Token: { Length: > 0 } token } github && github.IsOnServer(repository.CloneUrl) ? new GitCredential("x-access-token", token) : null;
        var mirrors = new RepositoryMirrors(new GitGatewayOptions { StateDirectory = Path.Combine(settings.StatePath, "git") }, (_, _, _) => ValueTask.FromResult(credential));
        var (commit, odd) = await new WorkspaceSync(mirrors, settings.WorkspacePath, Path.Combine(settings.StatePath, "workspace-revisions"), TimeProvider.System).RunAsync(repository, reference, cancellationToken);
        foreach (var finding in odd)
            Console.WriteLine(finding);
        Console.WriteLine($"The workspace is {repository.FullName} at {commit[..12]}.");
        return ExitCodes.Done;
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
