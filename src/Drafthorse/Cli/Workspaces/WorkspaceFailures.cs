using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Settings;
using Drafthorse.Terminal;

namespace Drafthorse.Cli.Workspaces;

/// <summary>What is wrong with a team's files is a sentence for the person who asked, and ends the command with 1.</summary>
internal static class WorkspaceFailures
{
    public static async Task<int> GuardAsync(Func<DrafthorseSettings, Task<int>> act)
    {
        try
        {
            return await act(DrafthorseSettings.Read(SettingsReader.Default()));
        }
        catch (Exception exception) when (exception is WorkspaceException or GitException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.TaskFailed;
        }
    }
}
