using System.ComponentModel;
using System.Diagnostics;

namespace Drafthorse.Folders;

/// <summary>A folder's own git, with its own configuration: to ask, not to change.</summary>
internal static class OwnGit
{
    /// <summary>Runs a command in a folder. Throws <see cref="FolderException"/> where there is no git.</summary>
    public static async Task<(int Code, string Output)> AskAsync(string folder, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
            })!;
            _ = git.StandardError.ReadToEndAsync(cancellationToken);
            var output = await git.StandardOutput.ReadToEndAsync(cancellationToken);
            await git.WaitForExitAsync(cancellationToken);
            return (git.ExitCode, output);
        }
        catch (Win32Exception exception)
        {
            throw NotThere(exception);
        }
    }

    public static FolderException NotThere(Win32Exception exception) => new("git could not be started: install it, 2.36 or newer", exception);
}
