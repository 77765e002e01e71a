using Drafthorse.Harness.Threads;
using Drafthorse.Server;

namespace Drafthorse.Cli.Threads;

/// <summary>Where <c>drafthorse threads</c> looks: this machine's store, or a server.</summary>
internal abstract class ThreadSource : IAsyncDisposable
{
    public abstract Task<IReadOnlyList<ThreadView>> ListAsync(string? state, CancellationToken cancellationToken);

    /// <summary>Finds a thread by its id, the first digits of it, or (in the local store) its key.</summary>
    public abstract Task<ThreadView> FindAsync(string name, CancellationToken cancellationToken);

    public abstract IAsyncEnumerable<JournalRecord> ReadAsync(string id, CancellationToken cancellationToken);

    /// <summary>The journal's events as lines of JSON, from the beginning and then as it grows.</summary>
    public abstract IAsyncEnumerable<string> FollowAsync(string id, CancellationToken cancellationToken);

    /// <summary>Returns what becomes of the message.</summary>
    public abstract Task<string> SendAsync(string id, string text, DeliveryMode mode, CancellationToken cancellationToken);

    public abstract Task CancelAsync(string id, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
