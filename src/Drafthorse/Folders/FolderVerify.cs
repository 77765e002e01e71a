using System.Text;
using Drafthorse.Folders.Snapshots;
using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Settings;

namespace Drafthorse.Folders;

/// <summary>The <c>verify</c> commands that a folder's repository names in its newest commit.</summary>
internal static class FolderVerify
{
    /// <summary>The commands; none where there is no commit or no file. Throws <see cref="SettingsException"/> when the file cannot be used.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(string folder, string stateDirectory, CancellationToken cancellationToken)
    {
        try
        {
            var states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);
            if (states.Facts.Head is not { } head)
                return [];
            var blob = await states.Git.TryAsync(["cat-file", "blob", $"{head}:{RepositorySettings.FileName}"], cancellationToken);
            return blob.ExitCode == 0 ? RepositorySettings.Parse(Encoding.UTF8.GetString(blob.Output)).Verify : [];
        }
        catch (RepositorySettingsException exception)
        {
            throw new SettingsException(exception.Message, exception);
        }
        catch (FolderException)
        {
            // What is wrong with its repository is said where the work depends on it.
            return [];
        }
    }
}
