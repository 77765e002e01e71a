using System.Text.Json;

namespace Drafthorse.Harness.Threads.Operations;

/// <summary>What owners do to a thread: claim, renew, commit, release.</summary>
internal static class RunOperations
{
    public static StoreReads ReadsOfClaim(ClaimRequest request) =>
        request.Only is { } only ? new() { Thread = only, Pending = true } : new() { Claimable = request };

    public static Claim? Claim(StoreTables tables, ClaimRequest request)
    {
        var row = request.Only is { } only
            ? tables.FindThread(only) is { } found && MayClaim(tables, found, request) ? found : null
            : tables.CountRunning() is var running && running.Total - running.OfUser(ThreadRow.GuardKeys) < request.MaxPerOrganization
                ? tables.NextClaimable(running, request.MaxPerUser, request.MaxPerRepository)
                : null;
        if (row is null)
        {
            return null;
        }

        var takenOver = row.Owner is not null;
        row.Takeovers += takenOver ? 1 : 0;

        // Never below the clock: a store that was restored from a backup must not hand out a token twice.
        row.Token = Math.Max(row.Token + 1, tables.Now);
        row.Owner = request.Owner;
        row.State = ThreadStatus.Running;
        row.LeaseUntil = tables.Now + StoreTime.Milliseconds(request.LeaseTime);
        SetClaimAt(tables, row);
        row.WakeAt = null;
        row.InboxAtClaim = row.InboxNext;
        row.CommitSequence = 0;
        Touch(tables, row);
        return new Claim(new Lease(row.Id, request.Owner, row.Token), row.ToRecord(), takenOver);
    }

    private static bool MayClaim(StoreTables tables, ThreadRow row, ClaimRequest request) => row.Owner is null
        ? request.EvenIdle || ReadyAt(tables, row) <= tables.Now
        : row.LeaseUntil <= tables.Now || row.Owner == request.GoneOwner;

    public static bool Renew(StoreTables tables, Lease lease, TimeSpan leaseTime)
    {
        var row = Held(tables, lease);
        row.LeaseUntil = tables.Now + StoreTime.Milliseconds(leaseTime);
        SetClaimAt(tables, row);
        tables.Put(row);
        return true;
    }

    /// <summary>Anybody may take the threads of an owner that has died over at once. Whoever takes one gets a newer token, as ever.</summary>
    public static int EndLeases(StoreTables tables, string owner)
    {
        var rows = tables.HeldBy(owner);
        foreach (var row in rows)
        {
            row.LeaseUntil = tables.Now;
            SetClaimAt(tables, row);
            tables.Put(row);
            tables.Changed(row);
        }

        return rows.Count;
    }

    public static long Commit(StoreTables tables, CommitRequest request)
    {
        var row = Held(tables, request.Lease);
        if (request.Sequence == row.CommitSequence && row.CommitSequence > 0)
        {
            return row.CommitPosition;
        }

        if (request.Sequence != row.CommitSequence + 1)
        {
            throw new InvalidOperationException(
                $"Commit {request.Sequence} of thread {row.Id} was refused: the run's next commit is {row.CommitSequence + 1}. Nothing was written.");
        }

        var consumed = request.Consumed.Select(position => Consume(tables, row, position)).ToList();
        if (request.Consumed.Distinct().Count() != consumed.Count)
        {
            throw new InvalidOperationException($"A commit of thread {row.Id} names an inbox position twice. Nothing was written.");
        }

        var events = request.Events.Select(JournalEvents.Encode).ToList();
        row.CommitSequence = request.Sequence;
        row.CommitPosition = row.JournalLength;
        foreach (var (kind, version, data) in events)
        {
            Append(tables, row, kind, version, data);
        }

        foreach (var message in consumed)
        {
            row.InboxDepth -= message.State == MessageState.Pending ? 1 : 0;
            message.State = MessageState.Consumed;
            message.Body = null;
            tables.Put(message);
        }

        OutboxOperations.Add(tables, row, request.Outbox);
        row.FactsJson = request.Facts is null ? row.FactsJson : JsonSerializer.Serialize(request.Facts, JournalJson.Default.ThreadFacts);
        row.Takeovers = request.Events.Any(IsProgress) ? 0 : row.Takeovers;
        Touch(tables, row);
        return row.CommitPosition;
    }

    public static bool Release(StoreTables tables, ReleaseRequest request)
    {
        if (request.State == ThreadStatus.Running)
        {
            throw new ArgumentException("A run cannot be released as Running: name the state it leaves the thread in.", nameof(request));
        }

        var row = Held(tables, request.Lease);
        row.Owner = null;
        row.LeaseUntil = null;
        row.RestState = request.State;
        row.WakeAt = request.State == ThreadStatus.Queued ? tables.Now : request.WakeAt?.ToUnixTimeMilliseconds();
        var parked = request.State == ThreadStatus.Parked && !tables.Pending(row.Seq).Any(message => message.Position >= row.InboxAtClaim);
        row.State = parked || row.InboxDepth == 0 ? request.State : ThreadStatus.Queued;
        SetClaimAt(tables, row);
        Touch(tables, row);
        return true;
    }

    /// <summary>From when on a thread that nobody owns may be claimed.</summary>
    public static long? ReadyAt(StoreTables tables, ThreadRow row) => row.State == ThreadStatus.Parked
        ? null
        : StoreTime.Earlier(row.WakeAt, row.InboxDepth == 0 ? null : tables.FirstPendingAt(row.Seq));

    /// <summary>Makes the thread one that anyone may claim when its time comes, unless it is claimed by name only.</summary>
    public static void SetClaimAt(StoreTables tables, ThreadRow row) =>
        row.ClaimAt = row.IsClaimedByName ? null : row.Owner is null ? ReadyAt(tables, row) : row.LeaseUntil;

    public static void Append(StoreTables tables, ThreadRow row, string kind, int version, string data) =>
        tables.Append(row.Seq, new JournalRecord(row.JournalLength++, StoreTime.ToDate(tables.Now), kind, version, data));

    // An expired lease that nobody took still counts: nobody else can have acted in between.
    private static ThreadRow Held(StoreTables tables, Lease lease) =>
        tables.FindThread(lease.ThreadId) is { } row && row.Token == lease.Token && row.Owner == lease.Owner
            ? row
            : throw new LeaseLostException(lease.ThreadId, lease.Token);

    private static MessageRow Consume(StoreTables tables, ThreadRow row, long position) =>
        tables.FindMessage(row.Seq, position) is { } message && message.State != MessageState.Consumed
            ? message
            : throw new InvalidOperationException($"Inbox position {position} of thread {row.Id} was consumed before or never existed. Nothing was written.");

    // Only what a dead run cannot repeat for ever: one that dies right after its start leaves the count as it is.
    private static bool IsProgress(JournalEvent journalEvent) => journalEvent is ModelReplied or VerifyFinished or BranchPushed or RunFinished;

    private static void Touch(StoreTables tables, ThreadRow row)
    {
        row.UpdatedAt = tables.Now;
        tables.Put(row);
        tables.Changed(row);
    }
}
