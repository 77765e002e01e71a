using System.Text;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Workspace;

/// <summary>The one way to a workspace's files: the base, which people keep and the agent only reads, and the overlay, which the agent's own tools write.
/// The base is looked at anew at most every two seconds.</summary>
/// <param name="files">The base.</param>
/// <param name="overlay">The overlay.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkspaceReader(IWorkspaceFiles files, IWorkspaceFiles overlay, TimeProvider time)
{
    /// <summary>The largest text that is read, in bytes.</summary>
    public const int MostBytes = 1024 * 1024;

    private const int MostKept = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private SemaphoreSlim Gate { get; } = new(1, 1);
    private readonly List<WorkspaceListing> _seen = [];
    private long? _lookedAt;

    public IWorkspaceFiles Overlay => overlay;

    /// <summary>The base as it is, or was two seconds ago. Throws <see cref="WorkspaceException"/>.</summary>
    public async Task<WorkspaceListing> ListAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_lookedAt is { } at && time.GetElapsedTime(at) < Pause)
                return _seen[^1];
            var listing = await files.ListAsync(_seen.LastOrDefault(), cancellationToken).ConfigureAwait(false);
            _lookedAt = time.GetTimestamp();
            _seen.RemoveAll(seen => seen.Revision == listing.Revision);
            _seen.Add(listing);
            if (_seen.Count > MostKept)
                _seen.RemoveAt(0);
            return listing;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>The base as it was, while that is remembered.</summary>
    public WorkspaceListing? Find(string revision)
    {
        Gate.Wait();
        try
        {
            return _seen.Find(listing => listing.Revision == revision);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A text of the base, without its byte order mark; bytes that are not UTF-8 are U+FFFD. Null when there is no such file.
    /// Throws <see cref="WorkspaceException"/>.</summary>
    public async Task<string?> ReadTextAsync(string path, CancellationToken cancellationToken) =>
        await files.ReadAsync(path, MostBytes, cancellationToken).ConfigureAwait(false) is { } bytes ? Decode(bytes) : null;

    /// <summary>Bytes of the base. Throws <see cref="WorkspaceException"/>.</summary>
    public Task<byte[]?> ReadAsync(string path, int most, CancellationToken cancellationToken) => files.ReadAsync(path, most, cancellationToken);

    public static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
}
