using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Runs;

/// <summary>A store whose renewals can be made to fail or hang, and that counts commits.</summary>
internal sealed class FaultyStore(IThreadStore inner) : IThreadStore
{
    private TaskCompletionSource _renewed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Exception? Failure { get; set; }

    public Exception? ClaimFailure { get; init; }

    public bool Hang { get; set; }

    public int Renewals { get; private set; }

    public int Commits { get; private set; }

    /// <summary>The commit behind which whoever writes here is as good as dead.</summary>
    public int DiesAfter { get; init; } = int.MaxValue;

    /// <summary>Completes when the next renewal has been answered.</summary>
    public Task NextRenewal() => (_renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public Task<int> EndLeasesAsync(string owner, CancellationToken cancellationToken) => inner.EndLeasesAsync(owner, cancellationToken);

    public async Task RenewAsync(Lease lease, TimeSpan leaseTime, CancellationToken cancellationToken)
    {
        Renewals++;
        try
        {
            await (Failure is { } failure ? Task.FromException(failure)
                : Hang ? Task.Delay(Timeout.Infinite, cancellationToken)
                : inner.RenewAsync(lease, leaseTime, cancellationToken));
        }
        finally
        {
            _renewed.TrySetResult();
        }
    }

    public Task<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) =>
        inner.EnqueueAsync(request, cancellationToken);

    public Task<bool> WithdrawAsync(ThreadId threadId, string messageId, CancellationToken cancellationToken) =>
        inner.WithdrawAsync(threadId, messageId, cancellationToken);

    public Task<Claim?> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) => ClaimFailure is { } failure ? Task.FromException<Claim?>(failure) : inner.ClaimAsync(request, cancellationToken);

    public async Task<long> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        if (Commits >= DiesAfter)
            throw new LeaseLostException(request.Lease.ThreadId, request.Lease.Token);
        var position = await inner.CommitAsync(request, cancellationToken);
        return ++Commits >= DiesAfter ? throw new LeaseLostException(request.Lease.ThreadId, request.Lease.Token) : position;
    }

    public Task ReleaseAsync(ReleaseRequest request, CancellationToken cancellationToken) => inner.ReleaseAsync(request, cancellationToken);

    public Task<bool> CancelAsync(
        ThreadId threadId, long upToInboxPosition, IReadOnlyList<OutboxRequest> outbox, CancellationToken cancellationToken) =>
        inner.CancelAsync(threadId, upToInboxPosition, outbox, cancellationToken);

    public Task<long> GetCancelledUpToAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        inner.GetCancelledUpToAsync(threadId, cancellationToken);

    public Task<IReadOnlyList<InboxEntry>> ReadInboxAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        inner.ReadInboxAsync(threadId, cancellationToken);

    public Task<ThreadRecord?> GetThreadAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        inner.GetThreadAsync(threadId, cancellationToken);

    public Task<ThreadPage> ListThreadsAsync(ThreadQuery query, CancellationToken cancellationToken) =>
        inner.ListThreadsAsync(query, cancellationToken);

    public Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(
        ThreadId threadId, long fromPosition, int limit, CancellationToken cancellationToken) =>
        inner.ReadJournalAsync(threadId, fromPosition, limit, cancellationToken);

    public Task<OutboxEntry?> ClaimOutboxAsync(TimeSpan leaseTime, ThreadId? only, CancellationToken cancellationToken) =>
        inner.ClaimOutboxAsync(leaseTime, only, cancellationToken);

    public Task<bool> HoldsOutboxAsync(OutboxEntry entry, CancellationToken cancellationToken) => inner.HoldsOutboxAsync(entry, cancellationToken);

    public Task<bool> CompleteOutboxAsync(OutboxCompletion completion, CancellationToken cancellationToken) =>
        inner.CompleteOutboxAsync(completion, cancellationToken);

    public Task<int> CountOutboxAsync(ThreadId threadId, CancellationToken cancellationToken) =>
        inner.CountOutboxAsync(threadId, cancellationToken);

    public Task<BudgetDecision> ReserveAsync(BudgetReservation reservation, CancellationToken cancellationToken) =>
        inner.ReserveAsync(reservation, cancellationToken);

    public Task SettleAsync(string reservationId, decimal spent, CancellationToken cancellationToken) =>
        inner.SettleAsync(reservationId, spent, cancellationToken);

    public Task<decimal> GetSpentAsync(string scope, CancellationToken cancellationToken) => inner.GetSpentAsync(scope, cancellationToken);

    public Task<RunningThreads> CountRunningAsync(CancellationToken cancellationToken) => inner.CountRunningAsync(cancellationToken);

    public Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken) => inner.GetStatusAsync(cancellationToken);

    public Task WaitForChangeAsync(ThreadId? threadId, TimeSpan atMost, CancellationToken cancellationToken) =>
        inner.WaitForChangeAsync(threadId, atMost, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
