namespace Drafthorse.Harness.Threads;

/// <summary>
/// The durable state of all threads: five atomic operations (enqueue, claim, renew, commit, release), cancel, the outbox,
/// budgets, and reads. Every write is flushed to stable storage before its task completes. All times are the store's.
/// What the store cannot do (disk full, file locked, no connection) is a <see cref="ThreadStoreException"/>; it is usable again afterwards.
/// </summary>
public interface IThreadStore : IAsyncDisposable
{
    /// <summary>Accepts a delivery: dedupe, inbox, ready mark and acknowledgement in one step. A parked thread becomes ready again.</summary>
    Task<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken);

    /// <summary>Removes an unconsumed message (its author deleted it). Returns false when it was consumed or unknown.</summary>
    Task<bool> WithdrawAsync(ThreadId threadId, string messageId, CancellationToken cancellationToken);

    /// <summary>Takes the oldest ready thread of the user and then the repository with the fewest running threads, within the
    /// limits, or a thread whose lease ran out. Returns null when there is none.</summary>
    Task<Claim?> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>Ends the leases of an owner that is known to have died, so that its threads may be taken over at once. Returns how many.</summary>
    Task<int> EndLeasesAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Extends a lease, measured from now. Throws <see cref="LeaseLostException"/> when it was taken.</summary>
    Task RenewAsync(Lease lease, TimeSpan leaseTime, CancellationToken cancellationToken);

    /// <summary>Writes one step. Throws <see cref="LeaseLostException"/> when the token is not the newest or the lease ended,
    /// and <see cref="InvalidOperationException"/> when <see cref="CommitRequest.Sequence"/> is not the next one.
    /// Returns the position of the first event appended. Finished effects append to the journal too, between a run's commits.</summary>
    Task<long> CommitAsync(CommitRequest request, CancellationToken cancellationToken);

    /// <summary>Ends a run and frees the thread. Throws <see cref="LeaseLostException"/> when the lease was taken.</summary>
    Task ReleaseAsync(ReleaseRequest request, CancellationToken cancellationToken);

    /// <summary>Asks to cancel the work on all messages up to an inbox position (inclusive): unconsumed ones are removed and
    /// a running run sees it (<see cref="GetCancelledUpToAsync"/>). A message that comes later is not touched. When no run is
    /// active the thread becomes <see cref="ThreadStatus.Cancelled"/> at once. Returns false when nothing was left to cancel.</summary>
    Task<bool> CancelAsync(ThreadId threadId, long upToInboxPosition, IReadOnlyList<OutboxRequest> outbox, CancellationToken cancellationToken);

    /// <summary>The highest inbox position that was cancelled, or -1.</summary>
    Task<long> GetCancelledUpToAsync(ThreadId threadId, CancellationToken cancellationToken);

    /// <summary>The unconsumed messages, oldest first.</summary>
    Task<IReadOnlyList<InboxEntry>> ReadInboxAsync(ThreadId threadId, CancellationToken cancellationToken);

    /// <summary>The row of a thread, or null.</summary>
    Task<ThreadRecord?> GetThreadAsync(ThreadId threadId, CancellationToken cancellationToken);

    /// <summary>Threads that had a message, the most recently updated first, <paramref name="query"/>.Limit at a time.</summary>
    Task<ThreadPage> ListThreadsAsync(ThreadQuery query, CancellationToken cancellationToken);

    /// <summary>Journal records from a position on, at most <paramref name="limit"/>, in order.</summary>
    Task<IReadOnlyList<JournalRecord>> ReadJournalAsync(ThreadId threadId, long fromPosition, int limit, CancellationToken cancellationToken);

    /// <summary>Leases the next outbox entry whose time has come, of <paramref name="only"/> or of any thread, whose outbox nobody else
    /// works on; null when there is none.</summary>
    Task<OutboxEntry?> ClaimOutboxAsync(TimeSpan leaseTime, ThreadId? only, CancellationToken cancellationToken);

    /// <summary>Whether the dispatch lease of an entry is still held: asked right before its call.</summary>
    Task<bool> HoldsOutboxAsync(OutboxEntry entry, CancellationToken cancellationToken);

    /// <summary>Writes the outcome of an effect. Returns false when the dispatch lease was lost; nothing is written then.</summary>
    Task<bool> CompleteOutboxAsync(OutboxCompletion completion, CancellationToken cancellationToken);

    /// <summary>The number of entries of a thread that are not done.</summary>
    Task<int> CountOutboxAsync(ThreadId threadId, CancellationToken cancellationToken);

    /// <summary>Sets an amount aside in all limits, or in none.</summary>
    Task<BudgetDecision> ReserveAsync(BudgetReservation reservation, CancellationToken cancellationToken);

    /// <summary>Replaces a reservation by what was really spent, in its own unit. Unknown and settled ids change nothing.</summary>
    Task SettleAsync(string reservationId, decimal spent, CancellationToken cancellationToken);

    /// <summary>What is spent and reserved in a scope, in USD, or in tokens where the scope counts those.</summary>
    Task<decimal> GetSpentAsync(string scope, CancellationToken cancellationToken);

    /// <summary>How many threads run now, in all, of each user and of each repository: what the limits of a claim are held against.</summary>
    Task<RunningThreads> CountRunningAsync(CancellationToken cancellationToken);

    /// <summary>Counts over all threads, for metrics and health.</summary>
    Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Completes when something changed, or after <paramref name="atMost"/>: with a thread, anything about it (inbox, cancel,
    /// journal, facts); with null, whatever a claim or an outbox claim may find, also because its time came. A hint: polling is
    /// the truth, the hint makes it fast. To miss nothing, start waiting, then look, then await.
    /// </summary>
    Task WaitForChangeAsync(ThreadId? threadId, TimeSpan atMost, CancellationToken cancellationToken);
}
