using Drafthorse.Folders;
using Drafthorse.Harness;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Instructions;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>Where instructions for agents are read: in a repository's base branch, never in what is being changed; in a terminal's folder at its newest commit.</summary>
/// <param name="mirrors">The repositories.</param>
/// <param name="settings">The settings.</param>
/// <param name="folder">The terminal's folder, or null.</param>
internal sealed class InstructionSources(RepositoryMirrors mirrors, DrafthorseSettings settings, string? folder)
{
    public Task<InstructionSource?> OpenAsync(RunContext run, CancellationToken cancellationToken) =>
        run.Thread.Origin.Repository is not null ? OpenRepositoryAsync(run.Get<RepositoryWork>(), cancellationToken)
        : folder is not null ? OpenFolderAsync(run, folder, cancellationToken)
        : Task.FromResult<InstructionSource?>(null);

    private async Task<InstructionSource?> OpenRepositoryAsync(RepositoryWork? work, CancellationToken cancellationToken)
    {
        if (work is not { TrustedCommit: { } commit })
            return null;
        var mirror = mirrors.Get(work.Repository);
        await mirror.RequireCommitAsync(commit, cancellationToken);
        return new InstructionSource { Tree = new GitTree(mirrors.Git, mirror.Directory, commit), Root = work.Checkout, AsOf = "its base branch" };
    }

    private async Task<InstructionSource?> OpenFolderAsync(RunContext run, string place, CancellationToken cancellationToken)
    {
        var files = await FolderProject.OpenAsync(place, settings.FoldersPath, cancellationToken);
        var begins = run.WorkingDirectory ?? Path.GetFullPath(place);
        var root = files.Below.Length > 0 && begins.TrimEnd('/').EndsWith($"/{files.Below}", StringComparison.Ordinal) ? begins.TrimEnd('/')[..^(files.Below.Length + 1)] : begins;
        return new InstructionSource { Tree = files.Tree, Root = root, AsOf = files.IsCommit ? "its newest commit" : "the files as they are" };
    }
}
