using System.Text.Json;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>Effects outside: one at a time in a thread, oldest first.</summary>
internal static class OutboxOperations
{
    /// <summary>Adds entries to a row that the caller puts back.</summary>
    public static void Add(StoreTables tables, ThreadRow row, IReadOnlyList<OutboxRequest> drafts)
    {
        foreach (var draft in drafts)
        {
            var dueAt = Math.Max(tables.Now, draft.NotBefore?.ToUnixTimeMilliseconds() ?? 0);
            if (tables.FindOutbox(row.Seq, draft.Key) is not { } entry)
            {
                tables.Add(new OutboxRow
                {
                    Thread = row.Seq,
                    Key = draft.Key,
                    Kind = draft.Kind,
                    Payload = draft.Payload,
                    CreatedAt = tables.Now,
                    DueAt = dueAt,
                });
                continue;
            }

            // A waiting status keeps the earlier time, else a busy run would push it away for ever; a failed one keeps its back-off.
            entry.DueAt = row.OutboxEntry == entry.Id ? dueAt
                : entry.Attempts > 0 ? entry.DueAt
                : Math.Min(entry.DueAt, dueAt);
            entry.Kind = draft.Kind;
            entry.Payload = draft.Payload;
            entry.CreatedAt = tables.Now;
            entry.Revision++;
            tables.Put(entry);
        }

        if (drafts.Count > 0)
        {
            row.OutboxAt = NextAt(tables, row);
        }
    }

    public static OutboxEntry? Claim(StoreTables tables, TimeSpan leaseTime, ThreadId? only)
    {
        while (Next(tables, only) is { } row)
        {
            row.OutboxEntry = null;
            row.OutboxUntil = null;
            if (tables.Outbox(row.Seq).FirstOrDefault(candidate => candidate.DueAt <= tables.Now) is not { } entry)
            {
                row.OutboxAt = NextAt(tables, row);
                tables.Put(row);
                continue;
            }

            row.OutboxToken = Math.Max(row.OutboxToken + 1, tables.Now);
            row.OutboxEntry = entry.Id;
            row.OutboxRevision = entry.Revision;
            row.OutboxUntil = row.OutboxAt = tables.Now + StoreTime.Milliseconds(leaseTime);
            entry.Attempts++;
            tables.Put(entry);
            tables.Put(row);
            return new OutboxEntry
            {
                Id = entry.Id,
                Thread = row.ToRecord(),
                Kind = entry.Kind,
                Key = entry.Key,
                Payload = entry.Payload,
                CreatedAt = StoreTime.ToDate(entry.CreatedAt),
                Attempts = entry.Attempts - 1,
                Token = row.OutboxToken,
                LeaseUntil = StoreTime.ToDate(row.OutboxUntil.Value),
            };
        }

        return null;
    }

    private static ThreadRow? Next(StoreTables tables, ThreadId? only) => only is not { } id ? tables.NextOutbox()
        : tables.FindThread(id) is { } row && row.OutboxAt <= tables.Now ? row : null;

    public static bool Holds(StoreTables tables, OutboxEntry entry) =>
        Claimed(tables, entry) is { } row && row.OutboxUntil > tables.Now;

    public static bool Complete(StoreTables tables, OutboxCompletion completion)
    {
        if (Claimed(tables, completion.Entry) is not { } row)
        {
            return false;
        }

        var entry = tables.FindOutbox(row.Seq, completion.Entry.Key)!;
        var replaced = entry.Revision != row.OutboxRevision;
        if (completion.RetryAt is { } retryAt)
        {
            var at = retryAt.ToUnixTimeMilliseconds();
            entry.DueAt = replaced ? Math.Max(entry.DueAt, at) : at;
            tables.Put(entry);
        }
        else
        {
            Finish(tables, row, completion);
            if (!replaced)
            {
                tables.Delete(entry);
            }
        }

        row.OutboxEntry = null;
        row.OutboxUntil = null;
        row.OutboxAt = NextAt(tables, row);
        tables.Put(row);
        tables.Changed(row);
        return true;
    }

    private static ThreadRow? Claimed(StoreTables tables, OutboxEntry entry) =>
        tables.FindThread(entry.Thread.Id) is { } row && row.OutboxToken == entry.Token && row.OutboxEntry == entry.Id ? row : null;

    private static void Finish(StoreTables tables, ThreadRow row, OutboxCompletion completion)
    {
        if (completion.Journaled)
        {
            var (kind, version, data) = JournalEvents.Encode(new EffectFinished
            {
                Effect = completion.Entry.Kind,
                Key = completion.Entry.Key,
                Succeeded = completion.Succeeded,
                Result = completion.Result,
            });
            RunOperations.Append(tables, row, kind, version, data);
            row.UpdatedAt = tables.Now;
        }

        if (completion.PullRequest is not null)
        {
            row.PullRequestJson = JsonSerializer.Serialize(completion.PullRequest, StoreJson.Default.PullRequestRef);
            row.UpdatedAt = tables.Now;
        }
    }

    private static long? NextAt(StoreTables tables, ThreadRow row) => row.OutboxUntil
        ?? (tables.Outbox(row.Seq) is { Count: > 0 } entries ? entries.Min(entry => entry.DueAt) : null);
}
