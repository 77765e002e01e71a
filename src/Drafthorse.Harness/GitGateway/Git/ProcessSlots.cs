using Drafthorse.Harness.GitGateway.Http;

namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>How many git processes may work for sandboxes at once, in all and for one thread. A place is taken only while one does: who
/// waits for its peer, its code host or its own other push holds none.</summary>
internal sealed class ProcessSlots(int most)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SemaphoreSlim Free { get; } = new(most, most);

    /// <summary>Disposing it gives the place back. Throws <see cref="HttpException"/> when none becomes free.</summary>
    public async Task<IDisposable> TakeAsync(GitGatewayThread thread, CancellationToken cancellationToken)
    {
        await WaitAsync(thread.Processes, "this thread has too many git requests at once; try again", cancellationToken).ConfigureAwait(false);
        try
        {
            await WaitAsync(Free, "the gateway is busy; try again", cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            thread.Processes.Release();
            throw;
        }

        return new Slot(Free, thread.Processes);
    }

    private static async Task WaitAsync(SemaphoreSlim places, string otherwise, CancellationToken cancellationToken)
    {
        if (!await places.WaitAsync(Patience, cancellationToken).ConfigureAwait(false))
            throw new HttpException(429, otherwise);
    }

    private sealed class Slot(SemaphoreSlim free, SemaphoreSlim ofThread) : IDisposable
    {
        public void Dispose()
        {
            free.Release();
            ofThread.Release();
        }
    }
}
