using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads;

/// <summary>What all stores share: the operations, written once over tables. They differ in where the tables are and how a change is kept for good.</summary>
public abstract class ThreadStore : IThreadStore
{
    private protected ThreadStore(TimeProvider timeProvider) => Signal = new ChangeSignal(timeProvider);

    private protected ChangeSignal Signal { get; }

    /// <inheritdoc />
    public Task<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) =>
        WriteAsync(InboxOperations.ReadsOfEnqueue(request), tables => InboxOperations.Enqueue(tables, request), cancellationToken);

    /// <inheritdoc />
    public Task<bool> WithdrawAsync(ThreadId threadId, string messageId, CancellationToken cancellationToken) =>
        WriteAsync(new() { Thread = threadId, MessageId = messageId, Pending = true }, tables => InboxOperations.Withdraw(tables, threadId, messageId), cancellationToken);

    /// <inheritdoc />
    public async Task<Claim?> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        request.Only is not null || await MayHaveClaimableAsync(cancellationToken).ConfigureAwait(false)
            ? await WriteAsync(RunOperations.ReadsOfClaim(request), tables => RunOperations.Claim(tables, request), cancellationToken).ConfigureAwait(false)
            : null;

    /// <inheritdoc />
    public Task RenewAsync(Lease lease, TimeSpan leaseTime, CancellationToken cancellationToken) =>
        WriteAsync(new() { Thread = lease.ThreadId }, tables => RunOperations.Renew(tables, lease, leaseTime), cancellationToken);

    /// <inheritdoc />
    public Task<int> EndLeasesAsync(string owner, CancellationToken cancellationToken) =>
        WriteAsync(new() { HeldBy = owner }, tables => RunOperations.EndLeases(tables, owner), cancellationToken);

    /// <inheritdoc />
    public Task<long> CommitAsync(CommitRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            new() { Thread = request.Lease.ThreadId, Positions = request.Consumed, Outbox = request.Outbox.Count > 0 }, tables => RunOperations.Commit(tables, request), cancellationToken);

    /// <inheritdoc />
    public Task ReleaseAsync(ReleaseRequest request, CancellationToken cancellationToken) =>
        WriteAsync(new() { Thread = request.Lease.ThreadId, Pending = true }, tables => RunOperations.Release(tables, request), cancellationToken);

    /// <inheritdoc />
    public Task<bool> CancelAsync(
        ThreadId threadId, long upToInboxPosition, IReadOnlyList<OutboxRequest> outbox, CancellationToken cancellationToken) =>
        WriteAsync(
            new() { Thread = threadId, Pending = true, Outbox = outbox.Count > 0 },
            tables => InboxOperations.Cancel(tables, threadId, upToInboxPosition, outbox), cancellationToken);

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
            ? await WriteAsync(new() { Thread = only, Outbox = true, DueOutbox = only is null }, tables => OutboxOperations.Claim(tables, leaseTime, only), cancellationToken).ConfigureAwait(false)
            : null;

    /// <inheritdoc />
    public Task<bool> HoldsOutboxAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
        ReadAsync(new() { Thread = entry.Thread.Id }, tables => OutboxOperations.Holds(tables, entry), cancellationToken);

    /// <inheritdoc />
    public Task<bool> CompleteOutboxAsync(OutboxCompletion completion, CancellationToken cancellationToken) =>
        WriteAsync(new() { Thread = completion.Entry.Thread.Id, Outbox = true }, tables => OutboxOperations.Complete(tables, completion), cancellationToken);

    /// <inheritdoc />
    public Task<int> CountOutboxAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(new() { Thread = threadId, Outbox = true }, tables => tables.FindThread(threadId) is { } row ? tables.Outbox(row.Seq).Count : 0, cancellationToken);

    /// <inheritdoc />
    public Task<BudgetDecision> ReserveAsync(BudgetReservation reservation, CancellationToken cancellationToken) =>
        WriteAsync(
            new() { Reservation = reservation.Id, Scopes = [.. reservation.Limits.Select(limit => limit.Scope)] },
            tables => BudgetOperations.Reserve(tables, reservation), cancellationToken);

    /// <inheritdoc />
    public Task SettleAsync(string reservationId, decimal spent, CancellationToken cancellationToken) =>
        WriteAsync(new() { Reservation = reservationId }, tables => BudgetOperations.Settle(tables, reservationId, spent), cancellationToken);

    /// <inheritdoc />
    public Task<decimal> GetSpentAsync(string scope, CancellationToken cancellationToken) =>
        ReadAsync(new() { Scopes = [scope] }, tables => tables.Spent(scope), cancellationToken);

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

    /// <summary>Whether it is worth the write to look for a thread to claim. A store that is asked over a network looks once only, in the claim.</summary>
    private protected virtual Task<bool> MayHaveClaimableAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>The same for an outbox.</summary>
    private protected virtual Task<bool> MayHaveOutboxAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Runs a read on a consistent state.</summary>
    private protected abstract Task<T> ReadAsync<T>(StoreReads reads, Func<StoreTables, T> read, CancellationToken cancellationToken);

    /// <summary>Runs an operation, all of it or nothing; completes when it is kept for good, then wakes those who wait.</summary>
    private protected abstract Task<T> WriteAsync<T>(StoreReads reads, Func<StoreTables, T> operation, CancellationToken cancellationToken);

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
