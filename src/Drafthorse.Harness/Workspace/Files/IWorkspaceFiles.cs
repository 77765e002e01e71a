namespace Drafthorse.Harness.Workspace.Files;

/// <summary>Where the files of a workspace are kept: the seam between what uses them and a directory, memory, or rows of a store. Paths are
/// relative, with <c>/</c>. All throw <see cref="WorkspaceException"/>.</summary>
internal interface IWorkspaceFiles
{
    /// <summary>The files as they are now; the same object as <paramref name="known"/> when nothing has changed.</summary>
    Task<WorkspaceListing> ListAsync(WorkspaceListing? known, CancellationToken cancellationToken);

    /// <summary>A file's content; null when there is no such file. Throws when it has more than <paramref name="most"/> bytes.</summary>
    Task<byte[]?> ReadAsync(string path, int most, CancellationToken cancellationToken);

    /// <summary>Writes a file, or removes it, if it still is what the caller has read. Returns false when it is not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The content that was read; null: there was no file.</param>
    /// <param name="content">The new content; null: no file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<bool> TryWriteAsync(string path, byte[]? expected, byte[]? content, CancellationToken cancellationToken);
}

/// <summary>A workspace cannot be read or written; the message is for people.</summary>
internal sealed class WorkspaceException(string message, Exception? inner = null) : Exception(message, inner);
