using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Runs;

/// <summary>Ends runs that could not end themselves. Their people get an answer in any case.</summary>
internal sealed class RunEnding(IThreadStore store)
{
    /// <summary>Parks a thread that kills its owners. Its messages stay; the next one makes it ready again.</summary>
    public Task ParkAsync(RunLease lease, CancellationToken cancellationToken) => EndAsync(
        lease,
        ThreadStatus.Parked,
        $"The work was started {lease.Claim.Thread.Takeovers} times, and each time the server stopped before it got anywhere. It is parked: send a message to try again.",
        [],
        cancellationToken);

    /// <summary>Fails a run that ended with an exception that nobody expected, and that is in the log. Its messages count as taken, else it would start for ever.</summary>
    public async Task FailAsync(RunLease lease, CancellationToken cancellationToken) => await EndAsync(
        lease,
        ThreadStatus.Failed,
        "Something inside of Drafthorse failed; the server's log says what. Send a message to try again.",
        await store.ReadInboxAsync(lease.Lease.ThreadId, cancellationToken).ConfigureAwait(false),
        cancellationToken).ConfigureAwait(false);

    private async Task EndAsync(
        RunLease lease, ThreadStatus outcome, string reason, IReadOnlyList<InboxEntry> taken, CancellationToken cancellationToken)
    {
        var thread = await store.GetThreadAsync(lease.Lease.ThreadId, cancellationToken).ConfigureAwait(false)
            ?? throw new LeaseLostException(lease.Lease.ThreadId, lease.Lease.Token);
        var finished = new RunFinished { Token = lease.Lease.Token, Outcome = ThreadStatusNames.Of(outcome), Reason = reason };
        var todos = await store.ReadTodosAsync(thread, cancellationToken).ConfigureAwait(false);
        var messages = PlanTaking.Of(thread.Facts, taken);
        finished = finished with { Notes = messages.Notes };
        await store.CommitAsync(
            new CommitRequest
            {
                Lease = lease.Lease,
                Sequence = thread.Commits + 1,
                Events = [.. messages.Events, finished],
                Consumed = [.. taken.Select(entry => entry.Position)],
                Facts = taken.Count == 0 ? null : messages.Change(thread.Facts),
                Outbox = EndingEffects.Of(thread.Origin, thread.Facts, todos, outcome, finished, taken.Count == 0 ? null : taken[^1].Message.Id),
            },
            cancellationToken).ConfigureAwait(false);
        await lease.ReleaseAsync(new ReleaseRequest { Lease = lease.Lease, State = outcome }, cancellationToken).ConfigureAwait(false);
    }
}
