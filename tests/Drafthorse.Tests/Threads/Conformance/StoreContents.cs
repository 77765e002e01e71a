using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

/// <summary>Rows of every kind in every state, for what reads or moves whole stores.</summary>
public sealed class StoreContents
{
    public const string OrgScope = "org \0 \ufffd";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The lease of a run that goes on.</summary>
    public Lease Running { get; private set; } = null!;

    /// <summary>An effect that is being carried out.</summary>
    public OutboxEntry CarriedOut { get; private set; } = null!;

    /// <summary>What differs from thread to thread, as it is written.</summary>
    public static EnqueueRequest Delivery(string key, string delivery, string text = "do it") => new()
    {
        ThreadKey = key,
        DeliveryId = delivery,
        Origin = new ThreadOrigin { Channel = "test", User = "ada \0 \ufffd", Repository = new RepositoryRef("github.com", "owner", "repo", "https://github.com/owner/repo.git") },
        Message = new InboxMessage { Id = $"m-{delivery}", Sender = "ada", Text = text },
    };

    public static async Task<StoreContents> FillAsync(IThreadStore store)
    {
        var contents = new StoreContents();
        await contents.AddRunningAsync(store);
        await AddFinishedAsync(store);

        // Waits, was edited, has one message withdrawn; a channel's intake; one that was cancelled.
        var waits = (await store.EnqueueAsync(Delivery("waits \0 \ufffd", "w1", new string('x', 1_000_000)), Ct)).ThreadId;
        await store.EnqueueAsync(Delivery("waits \0 \ufffd", "w2"), Ct);
        await store.WithdrawAsync(waits, "m-w2", Ct);
        await store.EnqueueAsync(Delivery("intake", "i1") with { Message = null, Outbox = [Effect("ack")] }, Ct);
        var cancelled = await store.EnqueueAsync(Delivery("cancelled", "c1"), Ct);
        await store.CancelAsync(cancelled.ThreadId, cancelled.InboxPosition, [], Ct);
        await store.EnqueueAsync(Delivery("cli:here", "l1") with { NotBefore = DateTimeOffset.UtcNow.AddDays(1) }, Ct);

        await ReserveAsync(store, "settled", 3.25m);
        await store.SettleAsync("settled", 1.10m, Ct);
        await ReserveAsync(store, "open \0", 2m);
        return contents;
    }

    public static Task<BudgetDecision> ReserveAsync(IThreadStore store, string id, decimal amount) => store.ReserveAsync(
        new BudgetReservation { Id = id, Amount = amount, ExpiresAt = DateTimeOffset.UtcNow.AddHours(1), Limits = [new BudgetLimit(OrgScope, 100m), new BudgetLimit("user", 100m)] }, Ct);

    public static OutboxRequest Effect(string key) => new() { Kind = "status", Key = key, Payload = """{"a":"\u0000"}""" };

    /// <summary>Everything that can be read of a store, as lines.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(IThreadStore store)
    {
        var lines = new List<string>();
        var page = await store.ListThreadsAsync(new ThreadQuery { Limit = 200 }, Ct);

        // Of threads that changed in the same moment each store lists them in an order of its own.
        foreach (var thread in page.Threads.OrderBy(thread => thread.Id.ToString(), StringComparer.Ordinal).Append((await store.GetThreadAsync(ThreadId.FromKey("intake"), Ct))!))
        {
            lines.Add($"{thread with { Origin = thread.Origin with { Repository = null }, Facts = new(), ReadyAt = null }} {thread.Origin.Repository} {thread.Facts} {thread.ReadyAt}");
            lines.AddRange((await store.ReadInboxAsync(thread.Id, Ct)).Select(entry => $"{entry.Position} {entry.EnqueuedAt:O} {entry.Message}"));
            lines.AddRange((await store.ReadJournalAsync(thread.Id, 0, 1000, Ct)).Select(record => $"{record}"));
            lines.Add($"{await store.CountOutboxAsync(thread.Id, Ct)} effects, cancelled up to {await store.GetCancelledUpToAsync(thread.Id, Ct)}");
        }

        lines.Add($"{(await store.GetStatusAsync(Ct)) with { OldestReadyAge = default }} {await store.GetSpentAsync(OrgScope, Ct):0.00} {await store.GetSpentAsync("user", Ct):0.00}");
        return lines;
    }

    private async Task AddRunningAsync(IThreadStore store)
    {
        var id = (await store.EnqueueAsync(Delivery("runs", "r1"), Ct)).ThreadId;
        await store.EnqueueAsync(Delivery("runs", "r2"), Ct);
        Running = (await store.ClaimAsync(new ClaimRequest { Owner = "one \0", LeaseTime = TimeSpan.FromMinutes(10), Only = id }, Ct))!.Lease;
        await store.CommitAsync(
            new CommitRequest
            {
                Lease = Running,
                Sequence = 1,
                Consumed = [0],
                Events = [new RunStarted { Token = Running.Token, Owner = "one" }, .. Enumerable.Range(0, 250).Select(number => new NoticeGiven { Text = $"notice {number} \0" })],
                Facts = new ThreadFacts { Branch = "drafthorse/1", Steps = 3 },
                Outbox = [Effect("status \0"), Effect("reply")],
            },
            Ct);
        CarriedOut = (await store.ClaimOutboxAsync(TimeSpan.FromMinutes(10), id, Ct))!;
        await store.EnqueueAsync(Delivery("runs", "r3"), Ct);
    }

    private static async Task AddFinishedAsync(IThreadStore store)
    {
        var id = (await store.EnqueueAsync(Delivery("done", "d1"), Ct)).ThreadId;
        var lease = (await store.ClaimAsync(new ClaimRequest { Owner = "two", Only = id }, Ct))!.Lease;
        await store.CommitAsync(new CommitRequest { Lease = lease, Sequence = 1, Consumed = [0], Events = [new RunStarted { Token = lease.Token }, new RunFinished()], Outbox = [Effect("draft")] }, Ct);
        await store.ReleaseAsync(new ReleaseRequest { Lease = lease, State = ThreadStatus.Done }, Ct);
        var entry = (await store.ClaimOutboxAsync(TimeSpan.FromMinutes(1), id, Ct))!;
        await store.CompleteOutboxAsync(new OutboxCompletion { Entry = entry, Result = "{}", Succeeded = true, PullRequest = new PullRequestRef(7, "https://github.com/owner/repo/pull/7") }, Ct);
    }
}
