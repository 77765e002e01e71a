namespace Drafthorse.Harness.Workspace.Files;

/// <summary>Files that are gone with the process.</summary>
internal sealed class MemoryFiles : IWorkspaceFiles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private WorkspaceListing _listing = WorkspaceListing.Empty;

    public Task<WorkspaceListing> ListAsync(WorkspaceListing? known, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(_listing);
    }

    public Task<byte[]?> ReadAsync(string path, int most, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _files.GetValueOrDefault(path) is { } content && content.Length > most
                ? throw new WorkspaceException($"{path} has more than {most} bytes.")
                : Task.FromResult(_files.GetValueOrDefault(path));
        }
    }

    public Task<bool> TryWriteAsync(string path, byte[]? expected, byte[]? content, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = _files.GetValueOrDefault(path);
            if (now is null != expected is null || (now is not null && !now.AsSpan().SequenceEqual(expected)))
                return Task.FromResult(false);
            if (content is null)
                _files.Remove(path);
            else
                _files[path] = content;
            _listing = new WorkspaceListing(_files.Select(file => new WorkspaceFile(file.Key, file.Value.Length, FileHash.Of(file.Value))), []);
            return Task.FromResult(true);
        }
    }
}
