using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

public abstract class OutboxConformance(StoreHost host) : StoreConformance(host)
{
    private Lease _lease = null!;
    private long _sequence;

    [Fact]
    public async Task Claim_EntriesOfOneThread_OneAtATimeOldestFirst()
    {
        var id = await RunningAsync("a");
        await AddAsync(Draft("one"), Draft("two"));

        var first = await ClaimAsync();

        Assert.Equal(("one", 0, id), (first!.Key, first.Attempts, first.Thread.Id));
        Assert.Equal(Time.GetUtcNow(), first.CreatedAt);
        Assert.Null(await ClaimAsync());
        Assert.True(await CompleteAsync(first));
        Assert.Equal("two", (await ClaimAsync())!.Key);
    }

    [Fact]
    public async Task Claim_ManyThreads_SideBySide()
    {
        await RunningAsync("a");
        await AddAsync(Draft("one"));
        await RunningAsync("b");
        await AddAsync(Draft("one"));

        Assert.NotEqual((await ClaimAsync())!.Thread.Id, (await ClaimAsync())!.Thread.Id);
    }

    [Fact]
    public async Task Claim_OfOneThread_LeavesTheOthers()
    {
        await RunningAsync("a");
        await AddAsync(Draft("one"));
        var other = await RunningAsync("b");

        Assert.Null(await Store.ClaimOutboxAsync(LeaseTime, other, Ct));
        await AddAsync(Draft("two"));
        Assert.Equal("two", (await Store.ClaimOutboxAsync(LeaseTime, other, Ct))!.Key);
        Assert.Null(await Store.ClaimOutboxAsync(LeaseTime, other, Ct));
        Assert.Equal("one", (await ClaimAsync())!.Key);
    }

    [Fact]
    public async Task Claim_EntryNotDue_LetsLaterOnesPass()
    {
        await RunningAsync("a");
        await AddAsync(Draft("later", notBefore: Time.GetUtcNow().AddSeconds(10)), Draft("now"));

        var first = await ClaimAsync();

        Assert.Equal("now", first!.Key);
        await CompleteAsync(first);
        Assert.Null(await ClaimAsync());
        Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("later", (await ClaimAsync())!.Key);
    }

    [Fact]
    public async Task Claim_ExpiredDispatch_IsClaimedAgainAndTheOldOneIsRefused()
    {
        await RunningAsync("a");
        await AddAsync(Draft("one"));
        var zombie = await ClaimAsync();
        Assert.True(await Store.HoldsOutboxAsync(zombie!, Ct));
        Time.Advance(LeaseTime);
        Assert.False(await Store.HoldsOutboxAsync(zombie!, Ct));

        var second = await ClaimAsync();

        Assert.Equal(1, second!.Attempts);
        Assert.True(second.Token > zombie!.Token);
        Assert.False(await CompleteAsync(zombie));
        Assert.False(await Store.HoldsOutboxAsync(zombie, Ct));
        Assert.True(await Store.HoldsOutboxAsync(second, Ct));
        Assert.True(await CompleteAsync(second));
        Assert.False(await CompleteAsync(second));
    }

    [Fact]
    public async Task Complete_Done_IsJournaledWithItsPullRequest()
    {
        var id = await RunningAsync("a");
        await AddAsync(Draft("draft"));
        var entry = await ClaimAsync();

        await Store.CompleteOutboxAsync(
            new OutboxCompletion { Entry = entry!, Result = "https://x/1", Succeeded = true, PullRequest = new PullRequestRef(1, "https://x/1") }, Ct);
        var next = await Store.CommitAsync(
            new CommitRequest { Lease = _lease, Sequence = ++_sequence, Events = [new NoticeGiven()], Facts = new ThreadFacts { Steps = 9 } }, Ct);

        var record = Assert.Single(await Store.ReadJournalAsync(id, 0, 1, Ct));
        var thread = await ThreadAsync(id);
        Assert.Equal(new EffectFinished { Effect = "status", Key = "draft", Succeeded = true, Result = "https://x/1" }, record.Event);
        Assert.Equal(new PullRequestRef(1, "https://x/1"), thread.PullRequest);
        Assert.Equal((1, 2, 9), (next, thread.JournalLength, thread.Facts.Steps));
        Assert.Equal(0, await Store.CountOutboxAsync(id, Ct));
    }

    [Fact]
    public async Task Complete_NotJournaled_LeavesTheJournal()
    {
        var id = await RunningAsync("a");
        await AddAsync(Draft("status"));

        await Store.CompleteOutboxAsync(new OutboxCompletion { Entry = (await ClaimAsync())!, Result = "", Succeeded = true, Journaled = false }, Ct);

        Assert.Equal((0, 0), ((await ThreadAsync(id)).JournalLength, await Store.CountOutboxAsync(id, Ct)));
    }

    [Fact]
    public async Task Complete_Retry_ComesBackThen()
    {
        var id = await RunningAsync("a");
        await AddAsync(Draft("one"), Draft("two"));
        var entry = await ClaimAsync();

        await Store.CompleteOutboxAsync(new OutboxCompletion { Entry = entry!, Result = "503", RetryAt = Time.GetUtcNow().AddSeconds(5) }, Ct);

        var passing = await ClaimAsync();
        Assert.Equal("two", passing!.Key);
        await Store.CompleteOutboxAsync(new OutboxCompletion { Entry = passing, Result = "", Succeeded = true, Journaled = false }, Ct);
        Assert.Null(await ClaimAsync());
        Time.Advance(TimeSpan.FromSeconds(5));
        var again = await ClaimAsync();
        Assert.Equal(("one", 1), (again!.Key, again.Attempts));
        Assert.Equal(0, (await ThreadAsync(id)).JournalLength);
    }

    [Fact]
    public async Task Add_SameKeyWaiting_ReplacesPayloadAndKeepsTheEarlierTime()
    {
        var id = await RunningAsync("a");
        await AddAsync(Draft("status", "1", Time.GetUtcNow().AddSeconds(10)));
        Time.Advance(TimeSpan.FromSeconds(5));
        await AddAsync(Draft("status", "2", Time.GetUtcNow().AddSeconds(10)));

        Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("2", (await ClaimAsync())!.Payload);
        Assert.Equal(1, await Store.CountOutboxAsync(id, Ct));
    }

    [Fact]
    public async Task Add_SameKeyInFlight_IsCarriedOutAfterwards()
    {
        var id = await RunningAsync("a");
        await AddAsync(Draft("status", "1"));
        var first = await ClaimAsync();
        await AddAsync(Draft("status", "2"));

        Assert.True(await CompleteAsync(first!));

        var second = await ClaimAsync();
        Assert.Equal(("2", 1), (second!.Payload, second.Attempts));
        await CompleteAsync(second);
        Assert.Equal(0, await Store.CountOutboxAsync(id, Ct));
    }

    [Fact]
    public async Task Add_SameKeyAfterFailure_KeepsTheBackOff()
    {
        await RunningAsync("a");
        await AddAsync(Draft("status", "1"));
        await Store.CompleteOutboxAsync(
            new OutboxCompletion { Entry = (await ClaimAsync())!, Result = "429", RetryAt = Time.GetUtcNow().AddSeconds(60) }, Ct);

        await AddAsync(Draft("status", "2"));

        Assert.Null(await ClaimAsync());
        Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("2", (await ClaimAsync())!.Payload);
    }

    [Fact]
    public async Task Add_SameKeyAfterDone_StartsAnew()
    {
        await RunningAsync("a");
        await AddAsync(Draft("status", "1"));
        var first = await ClaimAsync();
        await CompleteAsync(first!);
        await AddAsync(Draft("status", "2"));

        var second = await ClaimAsync();

        Assert.Equal(("2", 0), (second!.Payload, second.Attempts));
        Assert.NotEqual(first!.Id, second.Id);
    }

    [Fact]
    public async Task Enqueue_Outbox_ComesWithTheMessage()
    {
        await Store.EnqueueAsync(Delivery("a", "d1", Message("m1")) with { Outbox = [Draft("ack")] }, Ct);

        Assert.Equal("ack", (await ClaimAsync())!.Key);
    }

    private async Task<ThreadId> RunningAsync(string key)
    {
        var id = await SendAsync(key);
        _lease = (await ClaimAsync("one", id))!.Lease;
        _sequence = 0;
        return id;
    }

    private Task<long> AddAsync(params OutboxRequest[] drafts) =>
        Store.CommitAsync(new CommitRequest { Lease = _lease, Sequence = ++_sequence, Outbox = drafts }, Ct);

    private Task<OutboxEntry?> ClaimAsync() => Store.ClaimOutboxAsync(LeaseTime, null, Ct);

    private Task<bool> CompleteAsync(OutboxEntry entry) =>
        Store.CompleteOutboxAsync(new OutboxCompletion { Entry = entry, Result = "done", Succeeded = true }, Ct);
}
