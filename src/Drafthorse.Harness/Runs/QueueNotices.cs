using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>Tells people what their queued threads wait for, once for each thing, in the status that runs go on with.</summary>
internal sealed class QueueNotices(IThreadStore store, RunLimits limits, TimeProvider timeProvider)
{
    /// <summary>Who waits no longer than this is told nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HashSet<(ThreadId, string)> _told = [];

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var queued = await store.ListThreadsAsync(new ThreadQuery { State = ThreadStatus.Queued, Limit = 200 }, cancellationToken).ConfigureAwait(false);
        var now = timeProvider.GetUtcNow();
        var waiting = queued.Threads.Where(thread => !thread.Origin.IsAnsweredByJournal && thread.ReadyAt + Patience <= now).ToList();
        if (waiting.Count == 0)
        {
            _told.Clear();
            return;
        }

        var running = await store.CountRunningAsync(cancellationToken).ConfigureAwait(false);
        foreach (var thread in waiting)
        {
            var reason = QueueReason.Of(thread, running, limits, now);
            var delivery = $"queued:{thread.Token}:{reason}";
            if (reason is null || !_told.Add((thread.Id, delivery)))
            {
                continue;
            }

            var todos = await store.ReadTodosAsync(thread, cancellationToken).ConfigureAwait(false);

            // The delivery's id keeps replicas from telling it again.
            await store.EnqueueAsync(
                new EnqueueRequest
                {
                    ThreadKey = thread.Key,
                    Origin = thread.Origin,
                    DeliveryId = delivery,
                    Message = null,
                    Outbox = [new StatusEffect { State = ThreadStatus.Queued, Activity = $"Waits for {reason}", Step = thread.Facts.Steps, CostUsd = thread.Facts.CostUsd, UnpricedTokens = thread.Facts.UnpricedTokens, Todos = todos }.ToOutbox(null)],
                },
                cancellationToken).ConfigureAwait(false);
        }
    }
}
