using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Sandboxes;

public sealed partial class SandboxPool
{
    /// <summary>
    /// One round over all sandboxes of this backend: removes those whose threads are finished or refer to another one, pauses those that
    /// have been idle for a while, and stops those that are too many, or in which something still runs though no run does: what a
    /// server that was killed has left. What a sandbox is due is read from the store each time, so any replica may sweep and a restart
    /// forgets nothing.
    /// </summary>
    public async Task SweepAsync(IThreadStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var kept = new List<(SandboxListing Listing, ThreadRecord Thread)>();
        foreach (var listing in await Backend.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_held.Values.Contains(listing.Sandbox.Id))
                continue;
            try
            {
                if (await SweepAsync(store, listing, cancellationToken).ConfigureAwait(false) is { } thread)
                    kept.Add((listing, thread));
            }
            catch (SandboxException exception)
            {
                LogNotSwept(listing.Sandbox.Id, exception);
            }
        }

        await StopTooManyAsync(kept, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Stops the sandboxes that this pool has used and that are not in use: a server that ends leaves none that holds anything. Those of
    /// threads that wait for the next server are paused, so that it finds their commands; those whose threads have it already are left to it.
    /// </summary>
    public async Task StopUsedAsync(IThreadStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        foreach (var (sandbox, threadId) in _used.Values)
        {
            var thread = await store.GetThreadAsync(threadId, cancellationToken).ConfigureAwait(false);
            if (_held.Values.Contains(sandbox.Id) || thread is { Owner: not null })
                continue;
            try
            {
                if (thread is { State: ThreadStatus.Queued or ThreadStatus.Running })
                    await Backend.PauseAsync(sandbox, cancellationToken).ConfigureAwait(false);
                else
                    await Backend.StopAsync(sandbox, cancellationToken).ConfigureAwait(false);
            }
            catch (SandboxException exception) when (exception.Problem is SandboxProblem.Gone)
            {
                // It was removed meanwhile.
            }
            catch (SandboxException exception)
            {
                LogNotSwept(sandbox.Id, exception);
            }
        }

        _used.Clear();
    }

    /// <summary>Does what a sandbox is due. Returns its thread when it is kept, started and out of use.</summary>
    private async Task<ThreadRecord?> SweepAsync(IThreadStore store, SandboxListing listing, CancellationToken cancellationToken)
    {
        var thread = await store.GetThreadAsync(listing.ThreadId, cancellationToken).ConfigureAwait(false);
        switch (Judge(listing, thread, _time.GetUtcNow()))
        {
            case Due.Removal:
                await Backend.RemoveAsync(listing.Sandbox, cancellationToken).ConfigureAwait(false);
                LogRemoved(Backend.Kind, listing.Sandbox.Id, listing.ThreadId);
                return null;
            case Due.Pause:
                await Backend.PauseAsync(listing.Sandbox, cancellationToken).ConfigureAwait(false);
                return thread;
            case Due.Keeping:
                return thread;
            default:
                return null;
        }
    }

    private Due Judge(SandboxListing listing, ThreadRecord? thread, DateTimeOffset now)
    {
        if (thread is { State: ThreadStatus.Running or ThreadStatus.Queued })
            return Due.Nothing;
        if (thread?.Facts.Sandbox?.Id != listing.Sandbox.Id)
            return now - listing.CreatedAt >= _options.OrphanAge ? Due.Removal : Due.Nothing;

        var idle = now - thread.UpdatedAt;
        if (idle >= (thread.State == ThreadStatus.Done ? _options.KeepDone : _options.KeepUnfinished))
            return Due.Removal;
        if (listing.Status is not (SandboxStatus.Running or SandboxStatus.Paused))
            return Due.Nothing;
        return idle >= _options.KeepWarm && listing.Status == SandboxStatus.Running ? Due.Pause : Due.Keeping;
    }

    /// <summary>Goes from the sandbox used last to the one used first, and stops what is beyond a limit.</summary>
    private async Task StopTooManyAsync(IEnumerable<(SandboxListing Listing, ThreadRecord Thread)> kept, CancellationToken cancellationToken)
    {
        var (count, memory) = (0, 0L);
        foreach (var (listing, thread) in kept.OrderByDescending(pair => pair.Thread.UpdatedAt))
        {
            try
            {
                var use = await Backend.MeasureAsync(listing.Sandbox, cancellationToken).ConfigureAwait(false);
                if (use.IsBusy || count >= _options.MaxKept || memory + use.MemoryBytes > _options.MaxKeptMemoryBytes)
                {
                    await Backend.StopAsync(listing.Sandbox, cancellationToken).ConfigureAwait(false);
                    LogStopped(Backend.Kind, listing.Sandbox.Id, thread.Id, use.IsBusy ? "something still ran in it" : "more are kept than may be");
                    continue;
                }

                count++;
                memory += use.MemoryBytes;
            }
            catch (SandboxException exception)
            {
                LogNotSwept(listing.Sandbox.Id, exception);
            }
        }
    }

    private enum Due
    {
        Nothing,
        Keeping,
        Pause,
        Removal,
    }

    [LoggerMessage(LogLevel.Information, "Removed the {Kind} sandbox {Sandbox} of thread {ThreadId}")]
    private partial void LogRemoved(string kind, string sandbox, ThreadId threadId);

    [LoggerMessage(LogLevel.Information, "Stopped the {Kind} sandbox {Sandbox} of thread {ThreadId}: {Reason}")]
    private partial void LogStopped(string kind, string sandbox, ThreadId threadId, string reason);

    [LoggerMessage(LogLevel.Warning, "The sandbox {Sandbox} could not be swept")]
    private partial void LogNotSwept(string sandbox, Exception exception);
}
