using Drafthorse.Folders.Snapshots;
using Drafthorse.Harness.Brief;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Folders;

/// <summary>This machine's folder as a project: its repository's newest commit by git of ours, which obeys nothing of it; what lies there when
/// there is no commit.</summary>
internal static class FolderProject
{
    /// <param name="folder">The folder.</param>
    /// <param name="stateDirectory">Where states of folders are kept.</param>
    /// <param name="network">Where the sandbox gets to in the network, in words.</param>
    public static ProjectPlace Of(string folder, string stateDirectory, string network) => new()
    {
        OpenAsync = cancellationToken => OpenAsync(folder, stateDirectory, cancellationToken),
        Network = network,
    };

    /// <summary>Opens the folder's files.</summary>
    public static async Task<ProjectFiles> OpenAsync(string folder, string stateDirectory, CancellationToken cancellationToken)
    {
        try
        {
            var states = await FolderSnapshots.OpenAsync(folder, stateDirectory, cancellationToken);
            if (states.Facts.Head is not { } head)
                return await LocalProject.Of(folder, TimeProvider.System).OpenAsync(cancellationToken);
            List<string> about = [$"branch: {states.Facts.Branch ?? "none"}", $"commit: {head[..12]}; what is not committed does not show here"];
            if (states.Facts.Below.Length > 0)
                about.Add($"you begin in {states.Facts.Below}/ of the repository; paths below are from its top");
            var own = states.Git.Directory;
            return new ProjectFiles(new GitTree(new GitProcess("git", Path.GetDirectoryName(own)!), own, head), about) { Below = states.Facts.Below, IsCommit = true };
        }
        catch (FolderException)
        {
            // What is wrong with its repository is said where the work depends on it.
            return await LocalProject.Of(folder, TimeProvider.System).OpenAsync(cancellationToken);
        }
    }
}
