namespace Drafthorse.Harness.Threads;

/// <summary>Finds in a thread's journal what an approval showed to people.</summary>
public static class JournaledApprovals
{
    private const int Page = 20;

    /// <summary>What was asked, or null when the journal does not have it.</summary>
    public static async Task<ApprovalAsked?> ReadApprovalAsync(this IThreadStore store, ThreadId threadId, Approval approval, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(approval);
        for (long? position = approval.Start; position is { } from;)
        {
            var records = await store.ReadJournalAsync(threadId, from, Page, cancellationToken).ConfigureAwait(false);
            if (records.Select(record => record.Event).OfType<ApprovalAsked>().FirstOrDefault(asked => asked.Id == approval.Id) is { } found)
                return found;
            position = records.Count < Page ? null : records[^1].Position + 1;
        }

        return null;
    }
}
