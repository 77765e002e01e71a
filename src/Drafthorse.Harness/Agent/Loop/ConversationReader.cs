using Drafthorse.Harness.Context;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Agent.Loop;

/// <summary>Projects a thread's journal from its last compaction on.</summary>
internal static class ConversationReader
{
    private const int Page = 500;

    public static async Task<Conversation> ReadAsync(IThreadStore store, ThreadRecord thread, CancellationToken cancellationToken)
    {
        var conversation = new Conversation();
        var position = thread.Facts.ContextStart;
        if (thread.Facts.TodosStart < position && await JournaledTodos.FindAsync(store, thread, cancellationToken).ConfigureAwait(false) is { } todos)
        {
            conversation.Apply(todos);
        }

        if (thread.Facts.Plan?.Start < position && await store.ReadPlanAsync(thread, cancellationToken).ConfigureAwait(false) is { } plan)
            conversation.Apply(plan);
        while (true)
        {
            var records = await store.ReadJournalAsync(thread.Id, position, Page, cancellationToken).ConfigureAwait(false);
            foreach (var record in records)
            {
                if (record.Event is { } journalEvent)
                {
                    conversation.Apply(journalEvent);
                }
            }

            if (records.Count < Page)
            {
                return conversation;
            }

            position = records[^1].Position + 1;
        }
    }
}
