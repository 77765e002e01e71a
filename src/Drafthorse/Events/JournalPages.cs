using System.Runtime.CompilerServices;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Events;

/// <summary>A whole journal, a page at a time.</summary>
internal static class JournalPages
{
    private const int Page = 500;

    public static async IAsyncEnumerable<JournalRecord> ReadAsync(IThreadStore store, ThreadId thread, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long position = 0; ;)
        {
            var records = await store.ReadJournalAsync(thread, position, Page, cancellationToken);
            foreach (var record in records)
                yield return record;
            if (records.Count < Page)
                yield break;
            position = records[^1].Position + 1;
        }
    }
}
