using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace.Files;
using Drafthorse.Harness.WorkspaceChecks;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Harness.WorkspaceSync;

/// <summary>Brings a workspace from a git repository: a commit's files become a folder of their own, are judged, and take the place of the ones before in one
/// step. Whatever goes wrong, the last good ones stay.</summary>
/// <param name="mirrors">The repositories.</param>
/// <param name="workspace">The workspace, which becomes a link.</param>
/// <param name="revisions">Where its states are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkspaceSync(RepositoryMirrors mirrors, string workspace, string revisions, TimeProvider time)
{
    private const int Kept = 3;

    /// <summary>The commit whose files are in use from here on, and what is odd in them. Throws <see cref="WorkspaceException"/>, with what is wrong
    /// and what stays in use.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="reference">A branch, a tag or a commit; null = the default branch.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(string Commit, IReadOnlyList<WorkspaceFinding> Odd)> RunAsync(RepositoryRef repository, string? reference, CancellationToken cancellationToken)
    {
        var fresh = Path.Combine(revisions, $"new-{Guid.NewGuid():N}");
        try
        {
            RequireOurs();
            var commit = await FindAsync(repository, reference, cancellationToken).ConfigureAwait(false);
            PrivateFolder.Create(fresh);
            await TreeCopy.WriteAsync(mirrors.Git, mirrors.Get(repository).Directory, commit, fresh, cancellationToken).ConfigureAwait(false);
            var findings = await new WorkspaceCheck(new DirectoryFiles(fresh, time), new WorkspaceOptions()).RunAsync(cancellationToken).ConfigureAwait(false);
            if (findings.Where(finding => finding.IsFault).ToList() is { Count: > 0 } faults)
                throw new WorkspaceException($"commit {commit[..12]} is not fit for use:\n{string.Join('\n', faults.Take(20))}");
            var target = Path.Combine(revisions, commit);
            if (!Directory.Exists(target))
                Directory.Move(fresh, target);
            Use(target);
            Prune(target);
            return (commit, findings);
        }
        catch (Exception exception) when (exception is GitException or WorkspaceException or IOException or UnauthorizedAccessException or FileException)
        {
            throw new WorkspaceException($"{exception.Message}\n{(InUse() is { } last ? $"{last} stays in use." : "The workspace stays as it is.")}", exception);
        }
        finally
        {
            if (Directory.Exists(fresh))
                Directory.Delete(fresh, recursive: true);
        }
    }

    /// <summary>The commit that is in use, or null.</summary>
    public string? InUse() => new DirectoryInfo(workspace).LinkTarget is { } target && ObjectId.IsValid(Path.GetFileName(target)) ? $"Commit {Path.GetFileName(target)[..12]}" : null;

    private void RequireOurs()
    {
        if (new DirectoryInfo(workspace).LinkTarget is null && Directory.Exists(workspace) && Directory.EnumerateFileSystemEntries(workspace).Any())
            throw new WorkspaceException($"{workspace} has files of its own. Commit them to the repository, move them away, and try again.");
    }

    private async Task<string> FindAsync(RepositoryRef repository, string? reference, CancellationToken cancellationToken)
    {
        var mirror = mirrors.Get(repository);
        await mirror.RefreshAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        string[] names = reference is null ? [$"refs/heads/{await mirror.ReadDefaultBranchAsync(cancellationToken).ConfigureAwait(false)}"]
            : ObjectId.IsValid(reference) ? [reference] : [$"refs/heads/{reference}", $"refs/tags/{reference}"];
        foreach (var name in names)
        {
            if (await mirror.ResolveAsync(name, cancellationToken).ConfigureAwait(false) is { } commit)
                return commit;
        }

        throw new WorkspaceException($"{repository.FullName} has no {(reference is null ? "commits" : $"branch, tag or commit {Printable.Line(reference, 100)}")}.");
    }

    /// <summary>A link is exchanged in one step: who reads finds the old files or the new ones.</summary>
    private void Use(string target)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(workspace))!;
        if (new DirectoryInfo(workspace).LinkTarget is null && Directory.Exists(workspace))
            Directory.Delete(workspace);
        var link = $".workspace-{Guid.NewGuid():N}";
        File.CreateSymbolicLink(Path.Combine(parent, link), target);
        using var folder = Folder.OpenRoot(parent);
        folder.Rename(link, folder, Path.GetFileName(Path.GetFullPath(workspace)), workspace);
    }

    private void Prune(string used)
    {
        Directory.SetLastWriteTimeUtc(used, time.GetUtcNow().UtcDateTime);
        foreach (var old in new DirectoryInfo(revisions).GetDirectories().Where(folder => ObjectId.IsValid(folder.Name) && folder.FullName != used).OrderByDescending(folder => folder.LastWriteTimeUtc).Skip(Kept - 1))
            old.Delete(recursive: true);
    }
}
