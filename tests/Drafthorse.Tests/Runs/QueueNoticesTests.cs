using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Runs;

public sealed class QueueNoticesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task QueuedForAWhile_IsToldOnce_AlsoByManyReplicas()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var store = new InMemoryThreadStore(time);
        await store.EnqueueAsync(RunTesting.Delivery("running"), Ct);
        await store.ClaimAsync(new ClaimRequest { Owner = "one" }, Ct);
        var waiting = (await store.EnqueueAsync(RunTesting.Delivery("waiting"), Ct)).ThreadId;
        var limits = new RunLimits { PerUser = 1 };
        QueueNotices[] replicas = [new(store, limits, time), new(store, limits, time)];

        await replicas[0].TellAsync(Ct);
        Assert.Equal(0, await store.CountOutboxAsync(waiting, Ct));
        time.Advance(TimeSpan.FromSeconds(5));
        foreach (var replica in replicas)
            await replica.TellAsync(Ct);
        var entry = (await store.ClaimOutboxAsync(TimeSpan.FromSeconds(30), null, Ct))!;
        await store.CompleteOutboxAsync(new OutboxCompletion { Entry = entry, Result = "told" }, Ct);
        foreach (var replica in replicas)
            await replica.TellAsync(Ct);

        var status = Effects.ReadStatus(entry.Payload);
        Assert.Equal((ThreadStatus.Queued, "Waits for another run of ann to end: a user has 1 at a time at most"), (status.State, status.Activity));
        Assert.Equal(0, await store.CountOutboxAsync(waiting, Ct));
        Assert.Equal(ThreadStatus.Queued, (await store.GetThreadAsync(waiting, Ct))!.State);
    }
}
