using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>The right to work on what an <see cref="ExecutionGuard"/> guards, until it is disposed or lost.</summary>
public sealed class ExecutionLease : IAsyncDisposable
{
    private readonly RunLease _lease;
    private int _isDisposed;

    internal ExecutionLease(RunLease lease) => _lease = lease;

    /// <summary>The fencing token: higher than that of every holder before, also over restarts of the store.</summary>
    public long Token => _lease.Lease.Token;

    /// <summary>Cancelled when the lease is lost or about to be, before anybody else may enter: stop then.</summary>
    public CancellationToken Lost => _lease.Lost;

    /// <summary>Throws when the lease is lost: ask right before what cannot be taken back.</summary>
    /// <exception cref="LeaseLostException">The lease is lost.</exception>
    public void ThrowIfLost() => _lease.ThrowIfLost();

    /// <summary>Gives the lease back; the next may enter at once. Where the store cannot be reached, the lease ends by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        try
        {
            await _lease.ReleaseAsync(new ReleaseRequest { Lease = _lease.Lease, State = ThreadStatus.Done }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is LeaseLostException or ThreadStoreException)
        {
            // Lost, or it ends by itself.
        }

        await _lease.DisposeAsync().ConfigureAwait(false);
    }
}
