using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>What queued threads wait for, by the limits of the settings.</summary>
internal static class QueuedThreads
{
    /// <summary>The reasons by the threads' ids; those that are not queued have none.</summary>
    public static async Task<IReadOnlyDictionary<ThreadId, string>> WhyAsync(
        IThreadStore store, DrafthorseSettings settings, IReadOnlyList<ThreadRecord> threads, CancellationToken cancellationToken)
    {
        var reasons = new Dictionary<ThreadId, string>();
        if (threads.All(thread => thread.State != ThreadStatus.Queued))
            return reasons;
        var running = await store.CountRunningAsync(cancellationToken);
        foreach (var thread in threads)
        {
            if (QueueReason.Of(thread, running, settings.RunLimits, TimeProvider.System.GetUtcNow()) is { } reason)
                reasons[thread.Id] = reason;
        }

        return reasons;
    }
}
