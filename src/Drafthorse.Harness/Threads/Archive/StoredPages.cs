using System.Runtime.CompilerServices;

namespace Drafthorse.Harness.Threads.Archive;

/// <summary>Reads a store from end to end, a page at a time.</summary>
internal static class StoredPages
{
    // Rows of a thread may have a megabyte each, the others are short.
    private const int OfThread = 100;
    private const int OfStore = 1000;

    public static async IAsyncEnumerable<IReadOnlyList<StoredRow>> ReadAsync(ThreadStore store, ScanKind kind, ThreadId? thread, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await store.ScanAsync(new StoreScan(kind, thread, after, thread is null ? OfStore : OfThread), cancellationToken).ConfigureAwait(false);
            if (page.Rows.Count > 0)
                yield return page.Rows;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>A thread's messages, records and effects, in this order.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<StoredRow>> OfThreadAsync(ThreadStore store, ThreadId thread, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var kind in (ScanKind[])[ScanKind.Messages, ScanKind.Records, ScanKind.Effects])
        {
            await foreach (var rows in ReadAsync(store, kind, thread, cancellationToken).ConfigureAwait(false))
                yield return rows;
        }
    }
}
