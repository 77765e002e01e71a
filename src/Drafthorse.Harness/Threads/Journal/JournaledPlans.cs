namespace Drafthorse.Harness.Threads;

/// <summary>Finds a thread's plan in its journal.</summary>
public static class JournaledPlans
{
    private const int Page = 20;

    /// <summary>The plan as it was written last, or null.</summary>
    public static async Task<PlanWritten?> ReadPlanAsync(this IThreadStore store, ThreadRecord thread, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(thread);
        for (var position = thread.Facts.Plan?.Start; position is { } from;)
        {
            var records = await store.ReadJournalAsync(thread.Id, from, Page, cancellationToken).ConfigureAwait(false);
            if (records.Select(record => record.Event).OfType<PlanWritten>().FirstOrDefault() is { } written)
                return written;
            position = records.Count < Page ? null : records[^1].Position + 1;
        }

        return null;
    }
}
