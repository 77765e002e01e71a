using System.Text.Json;
using Drafthorse.Events;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Runs;

namespace Drafthorse.Tests.Events;

public sealed class EventLinesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follow_PullRequestOpenedMeanwhile_IsInTheEndOfTheRun()
    {
        await using var store = new InMemoryThreadStore();
        var id = (await store.EnqueueAsync(RunTesting.Delivery("a"), Ct)).ThreadId;
        var lease = (await store.ClaimAsync(new ClaimRequest { Owner = "one" }, Ct))!.Lease;
        await store.CommitAsync(
            new CommitRequest { Lease = lease, Sequence = 1, Events = [new RunStarted()], Outbox = [new OutboxRequest { Kind = "draft", Key = "draft", Payload = "{}" }] }, Ct);
        await using var lines = EventLines.FollowAsync(store, id, 0, Ct).GetAsyncEnumerator(Ct);
        Assert.Equal("run.started", (await NextAsync(lines)).GetProperty("type").GetString());

        var entry = await store.ClaimOutboxAsync(TimeSpan.FromMinutes(1), null, Ct);
        await store.CompleteOutboxAsync(
            new OutboxCompletion { Entry = entry!, Result = "opened", Succeeded = true, Journaled = false, PullRequest = new PullRequestRef(1, "https://x/pull/1") }, Ct);
        await store.CommitAsync(new CommitRequest { Lease = lease, Sequence = 2, Events = [new RunFinished { Outcome = "done" }] }, Ct);
        var end = await NextAsync(lines);

        Assert.Equal(("run.finished", "https://x/pull/1"), (end.GetProperty("type").GetString(), end.GetProperty("pullRequest").GetString()));
    }

    private static async Task<JsonElement> NextAsync(IAsyncEnumerator<EventLine> lines)
    {
        Assert.True(await lines.MoveNextAsync());
        return JsonDocument.Parse(lines.Current.Json).RootElement;
    }
}
