using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Workspace.Files;

/// <summary>
/// A workspace's files in a directory of this machine, which may be a link to one that is exchanged. Writers of all processes take turns by a
/// lock file, in real time whatever the clock, and a file is there whole or not at all.
/// </summary>
/// <param name="root">The directory. It need not be there: then there are no files.</param>
/// <param name="time">The clock.</param>
internal sealed class DirectoryFiles(string root, TimeProvider time) : IWorkspaceFiles
{
    private const string Lock = ".lock";
    private const string Half = ".new";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly long Racy = TimeSpan.FromSeconds(2).Ticks;

    private SemaphoreSlim Gate { get; } = new(1, 1);

    private SemaphoreSlim Writing { get; } = new(1, 1);

    private Dictionary<string, (WalkedFile Seen, WorkspaceFile File, bool IsSure)> _known = new(StringComparer.Ordinal);
    private string _knownRoot = "";
    private (WorkspaceListing Listing, IReadOnlyList<WorkspaceProblem> Problems) _last = (WorkspaceListing.Empty, []);

    /// <summary>Where the files are.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    public async Task<WorkspaceListing> ListAsync(WorkspaceListing? known, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => List(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Gate.Release();
        }
    }

    public Task<byte[]?> ReadAsync(string path, int most, CancellationToken cancellationToken) => Task.FromResult(Read(Target(), path, most));

    public async Task<bool> TryWriteAsync(string path, byte[]? expected, byte[]? content, CancellationToken cancellationToken)
    {
        await Writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            PrivateFolder.Create(Root);
            using var alone = await LockAsync(cancellationToken).ConfigureAwait(false);
            var now = Read(Root, path, FolderWalk.MostBytes);
            if (now is null != expected is null || (now is not null && !now.AsSpan().SequenceEqual(expected)))
                return false;
            var full = Path.Combine(Root, path);
            if (content is null)
            {
                File.Delete(full);
                return true;
            }

            PrivateFolder.Create(Path.GetDirectoryName(full)!);
            var half = $"{full}{Half}";
            using (var file = new FileStream(half, FileMode.Create, FileAccess.Write))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            PrivateFolder.CloseFile(half);
            File.Move(half, full, overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WorkspaceException($"{ForeignText.Name(path)} of the workspace could not be written: {exception.Message}", exception);
        }
        finally
        {
            Writing.Release();
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await FileLock.TakeAsync(Path.Combine(Root, Lock), TimeProvider.System, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is GitException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new WorkspaceException($"The workspace {ForeignText.Name(Root)} is held by another process, or cannot be written.", exception);
        }
    }

    /// <summary>The directory itself, so that all of one listing is of one directory.</summary>
    private string Target()
    {
        try
        {
            return Directory.ResolveLinkTarget(Root, returnFinalTarget: true)?.FullName ?? Root;
        }
        catch (IOException)
        {
            return Root;
        }
    }

    private WorkspaceListing List(CancellationToken cancellationToken)
    {
        var target = Target();
        if (!Directory.Exists(target))
            return Keep([], [], target);
        try
        {
            var (files, problems) = FolderWalk.Of(target, cancellationToken);
            if (target == _knownRoot && files.Count == _known.Count && problems.SequenceEqual(_last.Problems) && files.TrueForAll(file => _known.TryGetValue(file.Path, out var known) && known.Seen == file && known.IsSure))
                return _last.Listing;
            var (now, unread) = (new Dictionary<string, (WalkedFile, WorkspaceFile, bool)>(StringComparer.Ordinal), new List<WorkspaceProblem>());
            foreach (var file in files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (target == _knownRoot && _known.TryGetValue(file.Path, out var known) && known.Seen == file && known.IsSure)
                    now[file.Path] = known;
                else if (TryHash(target, file, unread) is { } hashed)
                    now[file.Path] = (file, hashed, IsSure(file));
            }

            return Keep(now, [.. problems, .. unread], target, problems);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WorkspaceException($"The workspace {ForeignText.Name(Root)} cannot be read: {exception.Message}", exception);
        }
    }

    private WorkspaceListing Keep(Dictionary<string, (WalkedFile, WorkspaceFile File, bool)> now, IReadOnlyList<WorkspaceProblem> problems, string target, IReadOnlyList<WorkspaceProblem>? walked = null)
    {
        var listing = new WorkspaceListing(now.Values.Select(known => known.File), problems);
        if (listing.Revision == _last.Listing.Revision && problems.SequenceEqual(_last.Listing.Problems))
            listing = _last.Listing;
        (_known, _knownRoot, _last) = (now, target, (listing, walked ?? problems));
        return listing;
    }

    /// <summary>A file that was written just now may be written again within the same tick of the file system's clock.</summary>
    private bool IsSure(WalkedFile file) => Math.Abs(time.GetUtcNow().UtcTicks - file.Modified) > Racy;

    private static WorkspaceFile? TryHash(string target, WalkedFile file, List<WorkspaceProblem> unread)
    {
        try
        {
            return Read(target, file.Path, FolderWalk.MostBytes) is { } content ? new WorkspaceFile(file.Path, content.Length, FileHash.Of(content)) : null;
        }
        catch (WorkspaceException exception)
        {
            unread.Add(new WorkspaceProblem(file.Path, exception.InnerException?.Message ?? exception.Message));
            return null;
        }
    }

    private static byte[]? Read(string target, string path, int most)
    {
        try
        {
            return RegularFile.Read(Path.Combine(target, path), most, followLink: false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WorkspaceException($"{ForeignText.Name(path)} of the workspace cannot be read: {exception.Message}", exception);
        }
    }
}
