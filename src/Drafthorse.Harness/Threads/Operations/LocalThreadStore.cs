namespace Drafthorse.Harness.Threads.Operations;

/// <summary>What the stores that keep their tables on this machine share: the operations. They differ in where the tables are.</summary>
public abstract class LocalThreadStore : IThreadStore
{
    private readonly TimeProvider _timeProvider;

    private protected LocalThreadStore(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        Signal = new ChangeSignal(timeProvider);
    }

    private protected ChangeSignal Signal { get; }

    /// <inheritdoc />
    public Task<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) =>
        WriteAsync(tables => InboxOperations.Enqueue(tables, request), cancellationToken);

    /// <inheritdoc />
    public Task<bool> WithdrawAsync(ThreadId threadId, string messageId, CancellationToken cancellationToken) =>
        WriteAsync(tables => InboxOperations.Withdraw(tables, threadId, messageId), cancellationToken);

    /// <inheritdoc />
    public async Task<Claim?> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        request.Only is not null || await ReadAsync(tables => tables.HasClaimable(), cancellationToken).ConfigureAwait(false)
            ? await WriteAsync(tables => RunOperations.Claim(tables, request), cancellationToken).ConfigureAwait(false)
            : null;

    /// <inheritdoc />
    public Task RenewAsync(Lease lease, TimeSpan leaseTime, CancellationToken cancellationToken) =>
        WriteAsync(tables => RunOperations.Renew(tables, lease, leaseTime), cancellationToken);

    /// <inheritdoc />
    public Task<int> EndLeasesAsync(string owner, CancellationToken cancellationToken) =>
        WriteAsync(tables => RunOperations.EndLeases(tables, owner), cancellationToken);

    /// <inheritdoc />
    public Task<long> CommitAsync(CommitRequest request, CancellationToken cancellationToken) =>
        WriteAsync(tables => RunOperations.Commit(tables, request), cancellationToken);

    /// <inheritdoc />
    public Task ReleaseAsync(ReleaseRequest request, CancellationToken cancellationToken) =>
        WriteAsync(tables => RunOperations.Release(tables, request), cancellationToken);

    /// <inheritdoc />
    public Task<bool> CancelAsync(
        ThreadId threadId, long upToInboxPosition, IReadOnlyList<OutboxRequest> outbox, CancellationToken cancellationToken) =>
        WriteAsync(tables => InboxOperations.Cancel(tables, threadId, upToInboxPosition, outbox), cancellationToken);

    /// <inheritdoc />
    public Task<long> GetCancelledUpToAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.FindThread(threadId)?.CancelledUpTo ?? -1, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<InboxEntry>> ReadInboxAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(tables => InboxOperations.Read(tables, threadId), cancellationToken);

    /// <inheritdoc />
    public Task<ThreadRecord?> GetThreadAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.FindThread(threadId)?.ToRecord(), cancellationToken);

    /// <inheritdoc />
    public Task<ThreadPage> ListThreadsAsync(ThreadQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200);
        ListCursor? cursor = query.Cursor is null ? null : ListCursor.Parse(query.Cursor);
        return ReadAsync(
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
            tables => tables.FindThread(threadId) is { } row ? tables.ReadJournal(row.Seq, fromPosition, limit) : [],
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task<OutboxEntry?> ClaimOutboxAsync(TimeSpan leaseTime, ThreadId? only, CancellationToken cancellationToken) =>
        await ReadAsync(tables => tables.HasOutbox(), cancellationToken).ConfigureAwait(false)
            ? await WriteAsync(tables => OutboxOperations.Claim(tables, leaseTime, only), cancellationToken).ConfigureAwait(false)
            : null;

    /// <inheritdoc />
    public Task<bool> HoldsOutboxAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
        ReadAsync(tables => OutboxOperations.Holds(tables, entry), cancellationToken);

    /// <inheritdoc />
    public Task<bool> CompleteOutboxAsync(OutboxCompletion completion, CancellationToken cancellationToken) =>
        WriteAsync(tables => OutboxOperations.Complete(tables, completion), cancellationToken);

    /// <inheritdoc />
    public Task<int> CountOutboxAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.FindThread(threadId) is { } row ? tables.Outbox(row.Seq).Count : 0, cancellationToken);

    /// <inheritdoc />
    public Task<BudgetDecision> ReserveAsync(BudgetReservation reservation, CancellationToken cancellationToken) =>
        WriteAsync(tables => BudgetOperations.Reserve(tables, reservation), cancellationToken);

    /// <inheritdoc />
    public Task SettleAsync(string reservationId, decimal spent, CancellationToken cancellationToken) =>
        WriteAsync(tables => BudgetOperations.Settle(tables, reservationId, spent), cancellationToken);

    /// <inheritdoc />
    public Task<decimal> GetSpentAsync(string scope, CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.Spent(scope), cancellationToken);

    /// <inheritdoc />
    public Task<RunningThreads> CountRunningAsync(CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.CountRunning(), cancellationToken);

    /// <inheritdoc />
    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        ReadAsync(tables => tables.Status(), cancellationToken);

    /// <inheritdoc />
    public Task WaitForChangeAsync(ThreadId? threadId, TimeSpan atMost, CancellationToken cancellationToken) =>
        Signal.WaitAsync(threadId, atMost, threadId is null ? TimeToNextDue : () => null, cancellationToken);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();

    /// <summary>Runs a read on a consistent state.</summary>
    private protected abstract Task<T> ReadAsync<T>(Func<StoreTables, T> read, CancellationToken cancellationToken);

    /// <summary>Runs an operation, all of it or nothing; completes when it is kept for good, then wakes those who wait.</summary>
    private protected abstract Task<T> WriteAsync<T>(Func<StoreTables, T> operation, CancellationToken cancellationToken);

    private protected abstract long? ReadNextDue();

    private TimeSpan? TimeToNextDue()
    {
        try
        {
            return ReadNextDue() is { } due ? TimeSpan.FromMilliseconds(Math.Max(1, due - StoreTime.Now(_timeProvider))) : null;
        }
        catch (ThreadStoreException)
        {
            // Waiting is only a hint: whoever looks afterwards is told what is wrong.
            return null;
        }
    }
}
