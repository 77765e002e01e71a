namespace Drafthorse.Harness.Threads;

/// <summary>Finds a thread's to-do list in its journal.</summary>
public static class JournaledTodos
{
    private const int Page = 20;

    /// <summary>The list as it was written last; empty when none was.</summary>
    public static async Task<IReadOnlyList<TodoItem>> ReadTodosAsync(this IThreadStore store, ThreadRecord thread, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(thread);
        return (await FindAsync(store, thread, cancellationToken).ConfigureAwait(false))?.Items ?? [];
    }

    /// <summary>The event that wrote the list last, or null.</summary>
    internal static async Task<TodosWritten?> FindAsync(IThreadStore store, ThreadRecord thread, CancellationToken cancellationToken)
    {
        for (var position = thread.Facts.TodosStart; position is { } from;)
        {
            var records = await store.ReadJournalAsync(thread.Id, from, Page, cancellationToken).ConfigureAwait(false);
            if (records.Select(record => record.Event).OfType<TodosWritten>().FirstOrDefault() is { } written)
                return written;
            position = records.Count < Page ? null : records[^1].Position + 1;
        }

        return null;
    }
}
