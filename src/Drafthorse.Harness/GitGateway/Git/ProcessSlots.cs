using Drafthorse.Harness.GitGateway.Http;

namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>How many git processes may work for sandboxes at once. A place is taken only while one does: who waits for its peer, its
/// code host or its own other push holds none.</summary>
internal sealed class ProcessSlots(int most)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SemaphoreSlim Free { get; } = new(most, most);

    /// <summary>Disposing it gives the place back. Throws <see cref="HttpException"/> when none becomes free.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken) => await Free.WaitAsync(Patience, cancellationToken).ConfigureAwait(false)
        ? new Slot(Free)
        : throw new HttpException(429, "the gateway is busy; try again");

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
