using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>What people do to a thread: send, edit, withdraw, cancel.</summary>
internal static class InboxOperations
{
    public static StoreReads ReadsOfEnqueue(EnqueueRequest request) => new()
    {
        Thread = ThreadId.FromKey(request.ThreadKey),
        Delivery = request.DeliveryId,
        MessageId = request.Message?.Id,
        Pending = request.Message is not null,
        Outbox = request.Outbox.Count > 0,
    };

    public static EnqueueResult Enqueue(StoreTables tables, EnqueueRequest request)
    {
        var id = ThreadId.FromKey(request.ThreadKey);
        var row = tables.FindThread(id);
        if (request is { MustBeSameRepository: true, Origin.Repository: { } named } && row is not null && !IsOf(row, named))
        {
            return new EnqueueResult(EnqueueOutcome.OtherRepository, id, -1);
        }

        if (row is not null
            && tables.FindDelivery(row.Seq, request.DeliveryId) is { } known
            && known.At > tables.Now - StoreTime.Milliseconds(StoreTime.Retention))
        {
            return new EnqueueResult(EnqueueOutcome.Duplicate, id, known.Position);
        }

        var body = request.Message is null ? null : JsonSerializer.Serialize(request.Message, JournalJson.Default.InboxMessage);
        row ??= Create(tables, id, request);
        var renamed = Rename(row, request.Origin.Repository);
        var (outcome, position) = request.Message is null
            ? (EnqueueOutcome.Added, -1)
            : Place(tables, row, request.Message, body!, request.NotBefore);
        tables.PutDelivery(row.Seq, request.DeliveryId, position);
        if (outcome != EnqueueOutcome.Duplicate || renamed)
        {
            if (outcome != EnqueueOutcome.Duplicate)
                OutboxOperations.Add(tables, row, request.Outbox);
            row.UpdatedAt = tables.Now;
            tables.Put(row);
            tables.Changed(row);
        }

        return new EnqueueResult(outcome, id, position);
    }

    public static bool Withdraw(StoreTables tables, ThreadId threadId, string messageId)
    {
        if (tables.FindThread(threadId) is not { } row
            || tables.FindMessage(row.Seq, messageId) is not { State: MessageState.Pending } message)
        {
            return false;
        }

        Remove(tables, row, message);
        if (row.Owner is null && row.InboxDepth == 0 && row.State != ThreadStatus.Parked)
        {
            row.State = row.RestState;
        }

        Touch(tables, row);
        return true;
    }

    public static bool Cancel(StoreTables tables, ThreadId threadId, long upTo, IReadOnlyList<OutboxRequest> outbox)
    {
        if (tables.FindThread(threadId) is not { InboxNext: > 0 } row)
        {
            return false;
        }

        upTo = Math.Min(upTo, row.InboxNext - 1);
        var removed = tables.Pending(row.Seq).Where(message => message.Position <= upTo).ToList();
        var running = row.Owner is not null && upTo > row.CancelledUpTo;
        var waiting = row.Owner is null && (row.WakeAt is not null || row.State is ThreadStatus.Waiting or ThreadStatus.Queued);
        if (removed.Count == 0 && !running && !(waiting && row.InboxDepth == 0))
        {
            return false;
        }

        foreach (var message in removed)
        {
            Remove(tables, row, message);
        }

        row.CancelledUpTo = Math.Max(row.CancelledUpTo, upTo);
        if (row.Owner is null || (row.LeaseUntil <= tables.Now && row.InboxDepth == 0))
        {
            row.Owner = null;
            row.LeaseUntil = null;
            row.WakeAt = null;
            row.RestState = ThreadStatus.Cancelled;
            row.State = row.InboxDepth == 0 ? ThreadStatus.Cancelled : row.State;
        }

        OutboxOperations.Add(tables, row, outbox);
        Touch(tables, row);
        return true;
    }

    public static IReadOnlyList<InboxEntry> Read(StoreTables tables, ThreadId threadId) =>
        tables.FindThread(threadId) is not { } row
            ? []
            : [.. tables.Pending(row.Seq).Select(message => new InboxEntry(
                message.Position,
                StoreTime.ToDate(message.EnqueuedAt),
                JsonSerializer.Deserialize(message.Body!, JournalJson.Default.InboxMessage)!))];

    /// <summary>The thread goes on under the repository's new name: its old one may be another's by now.</summary>
    private static bool Rename(ThreadRow row, RepositoryRef? now)
    {
        if (now?.NumericId is null)
            return false;
        var origin = JsonSerializer.Deserialize(row.OriginJson, JournalJson.Default.ThreadOrigin)!;
        if (origin.Repository is not { } known || !known.IsRenamed(now))
            return false;
        row.OriginJson = JsonSerializer.Serialize(origin with { Repository = known.RenamedTo(now) }, JournalJson.Default.ThreadOrigin);
        row.Repository = now.FullName.ToLowerInvariant();
        return true;
    }

    private static bool IsOf(ThreadRow row, RepositoryRef named) =>
        JsonSerializer.Deserialize(row.OriginJson, JournalJson.Default.ThreadOrigin)!.Repository is { } repository
        && (repository.Host, repository.Owner, repository.Name) == (named.Host, named.Owner, named.Name);

    private static ThreadRow Create(StoreTables tables, ThreadId id, EnqueueRequest request)
    {
        var row = new ThreadRow
        {
            Id = id,
            Key = request.ThreadKey,
            OriginJson = JsonSerializer.Serialize(request.Origin, JournalJson.Default.ThreadOrigin),
            User = request.Origin.User,
            Repository = request.Origin.Repository?.FullName.ToLowerInvariant() ?? "",
            State = ThreadStatus.Cancelled,
            CreatedAt = tables.Now,
            UpdatedAt = tables.Now,
        };
        tables.AddThread(row);
        return row;
    }

    private static (EnqueueOutcome Outcome, long Position) Place(
        StoreTables tables, ThreadRow row, InboxMessage message, string body, DateTimeOffset? notBefore)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(message.Text));
        var known = tables.FindMessage(row.Seq, message.Id);
        if (known is not null && (message.Version <= known.Version || hash.AsSpan().SequenceEqual(known.TextHash)))
        {
            if (message.Version > known.Version)
            {
                // A late, older edit with another text must not win over the newest one just because their texts agreed.
                known.Version = message.Version;
                tables.Put(known);
            }

            return (EnqueueOutcome.Duplicate, known.Position);
        }

        var replaces = known is { State: MessageState.Pending };
        if (replaces)
        {
            Remove(tables, row, known!);
        }

        // An edit gets a position of its own: a run that has just read the older text consumes that one, never the edit unseen.
        var position = row.InboxNext++;
        var readyAt = Math.Max(tables.Now, notBefore?.ToUnixTimeMilliseconds() ?? 0);
        tables.Add(new MessageRow(row.Seq, position, message.Id, tables.Now, readyAt, hash) { Version = message.Version, Body = body });
        row.InboxDepth++;
        if (row.Owner is null)
        {
            row.State = ThreadStatus.Queued;
            RunOperations.SetClaimAt(tables, row);
        }

        return (replaces ? EnqueueOutcome.Replaced : EnqueueOutcome.Added, position);
    }

    private static void Remove(StoreTables tables, ThreadRow row, MessageRow message)
    {
        message.State = MessageState.Removed;
        message.Body = null;
        tables.Put(message);
        row.InboxDepth--;
    }

    private static void Touch(StoreTables tables, ThreadRow row)
    {
        RunOperations.SetClaimAt(tables, row);
        row.UpdatedAt = tables.Now;
        tables.Put(row);
        tables.Changed(row);
    }
}
