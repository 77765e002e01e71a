using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Runs;

/// <summary>
/// Lets one process at a time work on something that has a name, over all that share a thread store: a lease that is renewed, and a token that rises with each
/// holder. Whoever is stopped for longer than the lease loses it; a resource that keeps the highest token it has seen refuses what such a one still sends.
/// </summary>
public sealed class ExecutionGuard
{
    private readonly IThreadStore _store;
    private readonly string _owner = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    /// <summary>A guard over a store.</summary>
    public ExecutionGuard(IThreadStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <summary>How long a holder that died keeps others out (default 30 s). It is renewed every third of it.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of renewal and waiting; the lease itself goes by the store's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Takes the lease when nobody holds it; null when somebody does, also this process. Dispose what it returns to give it back.</summary>
    /// <exception cref="ThreadStoreException">The store cannot be used.</exception>
    public async Task<ExecutionLease?> TryEnterAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var id = ThreadId.FromKey(ThreadRow.GuardKeys + name);
        if (await ClaimAsync(id, cancellationToken).ConfigureAwait(false) is { } lease)
            return lease;
        if (await _store.GetThreadAsync(id, cancellationToken).ConfigureAwait(false) is not null)
            return null;

        // The lease is a thread's, one that never has a message and so is never listed.
        await _store.EnqueueAsync(
            new EnqueueRequest { ThreadKey = ThreadRow.GuardKeys + name, DeliveryId = "made", Origin = new ThreadOrigin { Channel = "guard", User = ThreadRow.GuardKeys }, Message = null },
            cancellationToken).ConfigureAwait(false);
        return await ClaimAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the lease as soon as nobody holds it. Dispose what it returns to give it back.</summary>
    /// <exception cref="ThreadStoreException">The store cannot be used.</exception>
    public async Task<ExecutionLease> EnterAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var changed = _store.WaitForChangeAsync(ThreadId.FromKey(ThreadRow.GuardKeys + name), LeaseTime / 3, waiting.Token);
            if (await TryEnterAsync(name, cancellationToken).ConfigureAwait(false) is { } lease)
            {
                await waiting.CancelAsync().ConfigureAwait(false);
                await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return lease;
            }

            await changed.ConfigureAwait(false);
        }
    }

    private async Task<ExecutionLease?> ClaimAsync(ThreadId id, CancellationToken cancellationToken) =>
        await RunLease.ClaimAsync(_store, new ClaimRequest { Owner = _owner, LeaseTime = LeaseTime, Only = id, EvenIdle = true }, TimeProvider, null, cancellationToken).ConfigureAwait(false) is { } lease
            ? new ExecutionLease(lease)
            : null;
}
