using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Sandboxes;

public sealed partial class SandboxPool
{
    /// <summary>
    /// One round over all sandboxes of this backend: pauses those that have been idle for a while, and removes those whose threads
    /// are finished or refer to another one. What a sandbox is due is read from the store each time, so any replica may sweep and a
    /// restart forgets nothing.
    /// </summary>
    public async Task SweepAsync(IThreadStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        foreach (var listing in await Backend.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_held.Values.Contains(listing.Sandbox.Id))
                continue;
            try
            {
                await SweepAsync(store, listing, cancellationToken).ConfigureAwait(false);
            }
            catch (SandboxException exception)
            {
                LogNotSwept(listing.Sandbox.Id, exception);
            }
        }
    }

    private async Task SweepAsync(IThreadStore store, SandboxListing listing, CancellationToken cancellationToken)
    {
        var thread = await store.GetThreadAsync(listing.ThreadId, cancellationToken).ConfigureAwait(false);
        switch (Judge(listing, thread, _time.GetUtcNow()))
        {
            case Due.Removal:
                await Backend.RemoveAsync(listing.Sandbox, cancellationToken).ConfigureAwait(false);
                LogRemoved(Backend.Kind, listing.Sandbox.Id, listing.ThreadId);
                break;
            case Due.Pause:
                await Backend.PauseAsync(listing.Sandbox, cancellationToken).ConfigureAwait(false);
                break;
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
        return idle >= _options.KeepWarm && listing.Status == SandboxStatus.Running ? Due.Pause : Due.Nothing;
    }

    private enum Due
    {
        Nothing,
        Pause,
        Removal,
    }

    [LoggerMessage(LogLevel.Information, "Removed the {Kind} sandbox {Sandbox} of thread {ThreadId}")]
    private partial void LogRemoved(string kind, string sandbox, ThreadId threadId);

    [LoggerMessage(LogLevel.Warning, "The sandbox {Sandbox} could not be swept")]
    private partial void LogNotSwept(string sandbox, Exception exception);
}
