using System.Diagnostics;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads;

/// <summary>What all stores share: the operations, written once over tables. They differ in where the tables are and how a change is kept for good.</summary>
public abstract class ThreadStore : IThreadStore
{
    private protected ThreadStore(TimeProvider timeProvider) => Signal = new ChangeSignal(timeProvider);

    /// <summary>The kind of store, as metrics name it.</summary>
    internal abstract string Kind { get; }

    /// <summary>Where the threads are, for people; never a password.</summary>
    internal abstract string Place { get; }

    private protected ChangeSignal Signal { get; }

    /// <inheritdoc />
    public Task<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken)
    {
        var delivery = StoreText.Clean(request);
        return ChangeAsync(InboxOperations.ReadsOfEnqueue(delivery), tables => InboxOperations.Enqueue(tables, delivery), cancellationToken);
    }

    /// <inheritdoc />
    public Task<bool> WithdrawAsync(ThreadId threadId, string messageId, CancellationToken cancellationToken)
    {
        var id = StoreText.Clean(messageId);
        return ChangeAsync(new() { Thread = threadId, MessageId = id, Pending = true }, tables => InboxOperations.Withdraw(tables, threadId, id), cancellationToken);
    }

    /// <inheritdoc />
    public async Task<Claim?> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var claim = request with { Owner = StoreText.Clean(request.Owner), GoneOwner = request.GoneOwner is { } gone ? StoreText.Clean(gone) : null };
        return claim.Only is not null || await MayHaveClaimableAsync(cancellationToken).ConfigureAwait(false)
            ? await ChangeAsync(RunOperations.ReadsOfClaim(claim), tables => RunOperations.Claim(tables, claim), cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <inheritdoc />
    public Task RenewAsync(Lease lease, TimeSpan leaseTime, CancellationToken cancellationToken) =>
        ChangeAsync(new() { Thread = lease.ThreadId }, tables => RunOperations.Renew(tables, lease, leaseTime), cancellationToken);

    /// <inheritdoc />
    public Task<int> EndLeasesAsync(string owner, CancellationToken cancellationToken)
    {
        var name = StoreText.Clean(owner);
        return ChangeAsync(new() { HeldBy = name }, tables => RunOperations.EndLeases(tables, name), cancellationToken);
    }

    /// <inheritdoc />
    public Task<long> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        var commit = request with { Outbox = StoreText.Clean(request.Outbox) };
        return ChangeAsync(
            new() { Thread = commit.Lease.ThreadId, Positions = commit.Consumed, Outbox = commit.Outbox.Count > 0 }, tables => RunOperations.Commit(tables, commit), cancellationToken);
    }

    /// <inheritdoc />
    public Task ReleaseAsync(ReleaseRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(new() { Thread = request.Lease.ThreadId, Pending = true }, tables => RunOperations.Release(tables, request), cancellationToken);

    /// <inheritdoc />
    public Task<bool> CancelAsync(
        ThreadId threadId, long upToInboxPosition, IReadOnlyList<OutboxRequest> outbox, CancellationToken cancellationToken) =>
        ChangeAsync(
            new() { Thread = threadId, Pending = true, Outbox = outbox.Count > 0 },
            tables => InboxOperations.Cancel(tables, threadId, upToInboxPosition, StoreText.Clean(outbox)), cancellationToken);

    /// <inheritdoc />
    public Task<long> GetCancelledUpToAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(new() { Thread = threadId }, tables => tables.FindThread(threadId)?.CancelledUpTo ?? -1, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<InboxEntry>> ReadInboxAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(new() { Thread = threadId, Pending = true }, tables => InboxOperations.Read(tables, threadId), cancellationToken);

    /// <inheritdoc />
    public Task<ThreadRecord?> GetThreadAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(new() { Thread = threadId }, tables => tables.FindThread(threadId)?.ToRecord(), cancellationToken);

    /// <inheritdoc />
    public Task<ThreadPage> ListThreadsAsync(ThreadQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200);
        query = StoreText.Clean(query);
        ListCursor? cursor = query.Cursor is null ? null : ListCursor.Parse(query.Cursor);
        return ReadAsync(
            new() { List = (query, cursor) },
            tables =>
            {
                var (rows, more) = tables.List(query, cursor);
                return new ThreadPage(
                    [.. rows.Select(row => row.ToRecord())],
                    more ? new ListCursor(rows[^1].UpdatedAt, rows[^1].Seq).ToString() : null);
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        ThreadId threadId, long fromPosition, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromPosition);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return ReadAsync(
            new() { Thread = threadId, Journal = (fromPosition, limit) },
            tables => tables.FindThread(threadId) is { } row ? tables.ReadJournal(row.Seq, fromPosition, limit) : [],
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task<OutboxEntry?> ClaimOutboxAsync(TimeSpan leaseTime, ThreadId? only, CancellationToken cancellationToken) =>
        await MayHaveOutboxAsync(cancellationToken).ConfigureAwait(false)
            ? await ChangeAsync(new() { Thread = only, Outbox = true, DueOutbox = only is null }, tables => OutboxOperations.Claim(tables, leaseTime, only), cancellationToken).ConfigureAwait(false)
            : null;

    /// <inheritdoc />
    public Task<bool> HoldsOutboxAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
        ReadAsync(new() { Thread = entry.Thread.Id }, tables => OutboxOperations.Holds(tables, entry), cancellationToken);

    /// <inheritdoc />
    public Task<bool> CompleteOutboxAsync(OutboxCompletion completion, CancellationToken cancellationToken) =>
        ChangeAsync(new() { Thread = completion.Entry.Thread.Id, Outbox = true }, tables => OutboxOperations.Complete(tables, completion), cancellationToken);

    /// <inheritdoc />
    public Task<int> CountOutboxAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(new() { Thread = threadId, Outbox = true }, tables => tables.FindThread(threadId) is { } row ? tables.Outbox(row.Seq).Count : 0, cancellationToken);

    /// <inheritdoc />
    public Task<BudgetDecision> ReserveAsync(BudgetReservation reservation, CancellationToken cancellationToken)
    {
        var asked = StoreText.Clean(reservation);
        return ChangeAsync(
            new() { Reservation = asked.Id, Scopes = [.. asked.Limits.Select(limit => limit.Scope)] }, tables => BudgetOperations.Reserve(tables, asked), cancellationToken);
    }

    /// <inheritdoc />
    public Task SettleAsync(string reservationId, decimal spent, CancellationToken cancellationToken)
    {
        var id = StoreText.Clean(reservationId);
        return ChangeAsync(new() { Reservation = id }, tables => BudgetOperations.Settle(tables, id, spent), cancellationToken);
    }

    /// <inheritdoc />
    public Task<decimal> GetSpentAsync(string scope, CancellationToken cancellationToken) =>
        ReadAsync(new() { Scopes = [StoreText.Clean(scope)] }, tables => tables.Spent(StoreText.Clean(scope)), cancellationToken);

    /// <inheritdoc />
    public Task<RunningThreads> CountRunningAsync(CancellationToken cancellationToken) =>
        ReadAsync(new() { Running = true }, tables => tables.CountRunning(), cancellationToken);

    /// <inheritdoc />
    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        ReadAsync(new() { Status = true }, tables => tables.Status(), cancellationToken);

    /// <inheritdoc />
    public Task WaitForChangeAsync(ThreadId? threadId, TimeSpan atMost, CancellationToken cancellationToken) =>
        Signal.WaitAsync(threadId, atMost, threadId is null ? TimeToNextDueAsync : () => Task.FromResult<TimeSpan?>(null), cancellationToken);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();

    /// <summary>A page of the rows as they lie there.</summary>
    internal Task<StoredPage> ScanAsync(StoreScan scan, CancellationToken cancellationToken) => ReadAsync(new() { Scan = scan }, tables => tables.Scan(scan), cancellationToken);

    /// <summary>A thread's row as it lies there, or null.</summary>
    internal Task<ThreadRow?> FindRowAsync(ThreadId id, CancellationToken cancellationToken) => ReadAsync(new() { Thread = id }, tables => tables.FindThread(id), cancellationToken);

    /// <summary>Takes rows of another store, all or none of them; at most one is a thread. Whether the store is closed does not matter.</summary>
    internal Task ImportAsync(IReadOnlyList<StoredRow> rows, CancellationToken cancellationToken) =>
        WriteAsync(new() { Thread = rows.OfType<StoredThread>().SingleOrDefault()?.Row.Id }, tables => ArchiveOperations.Import(tables, rows), cancellationToken);

    /// <summary>A mark of the store, or null.</summary>
    internal Task<string?> ReadMarkAsync(string name, CancellationToken cancellationToken) => ReadAsync(new() { Mark = name }, tables => tables.Mark(name), cancellationToken);

    /// <summary>Sets a mark, or removes it (null), when it is as expected; returns whether it was. No other write goes on meanwhile. Whether the store is closed does not matter.</summary>
    internal Task<bool> ExchangeMarkAsync(string name, string? expected, string? value, CancellationToken cancellationToken) =>
        WriteAsync(new() { Mark = name, Alone = true }, tables => ArchiveOperations.ExchangeMark(tables, name, expected, value), cancellationToken);

    /// <summary>Writes a little and reads it back, and returns how long each took.</summary>
    /// <exception cref="ThreadStoreException">It cannot be done.</exception>
    internal async Task<StoreProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        var (value, started) = (Guid.NewGuid().ToString("N"), Stopwatch.GetTimestamp());
        await ChangeAsync(new() { Mark = StoreProbe.Mark }, tables => ArchiveOperations.PutMark(tables, StoreProbe.Mark, value), cancellationToken).ConfigureAwait(false);
        var written = Stopwatch.GetElapsedTime(started);

        // Another replica may have written since.
        return await ReadMarkAsync(StoreProbe.Mark, cancellationToken).ConfigureAwait(false) is { Length: 32 }
            ? new StoreProbe(written, Stopwatch.GetElapsedTime(started) - written)
            : throw new ThreadStoreException(ThreadStoreError.Failed, $"What was written to {Place} cannot be read back.");
    }

    /// <summary>Whether it is worth the write to look for a thread to claim. A store that is asked over a network looks once only, in the claim.</summary>
    private protected virtual Task<bool> MayHaveClaimableAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>The same for an outbox.</summary>
    private protected virtual Task<bool> MayHaveOutboxAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Runs a read on a consistent state.</summary>
    private protected abstract Task<T> ReadAsync<T>(StoreReads reads, Func<StoreTables, T> read, CancellationToken cancellationToken);

    /// <summary>Runs an operation, all of it or nothing; completes when it is kept for good, then wakes those who wait.</summary>
    private protected abstract Task<T> WriteAsync<T>(StoreReads reads, Func<StoreTables, T> operation, CancellationToken cancellationToken);

    private Task<T> ChangeAsync<T>(StoreReads reads, Func<StoreTables, T> operation, CancellationToken cancellationToken) =>
        WriteAsync(reads, tables => StoreClosure.Read(tables.Mark(StoreClosure.Mark)) is { } closure ? throw closure.Refuse(Place) : operation(tables), cancellationToken);

    /// <summary>The next time at which something becomes claimable by itself, and the store's time now.</summary>
    private protected virtual Task<(long? Due, long Now)> ReadNextDueAsync() => ReadAsync(new() { NextDue = true }, tables => (tables.NextDue(), tables.Now), CancellationToken.None);

    private async Task<TimeSpan?> TimeToNextDueAsync()
    {
        try
        {
            var (due, now) = await ReadNextDueAsync().ConfigureAwait(false);
            return due is { } at ? TimeSpan.FromMilliseconds(Math.Max(1, at - now)) : null;
        }
        catch (ThreadStoreException)
        {
            // Waiting is only a hint: whoever looks afterwards is told what is wrong.
            return null;
        }
    }
}
