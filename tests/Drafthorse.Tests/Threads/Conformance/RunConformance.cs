using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

public abstract class RunConformance(StoreHost host) : StoreConformance(host)
{
    private const string Key = "github:issue:owner/repo#42";

    [Fact]
    public async Task Claim_Nothing_IsNull() => Assert.Null(await ClaimAsync());

    [Fact]
    public async Task Claim_Ready_GivesLeaseAndHidesTheThread()
    {
        var id = await SendAsync(Key);

        var claim = await ClaimAsync();

        var thread = await ThreadAsync(id);
        Assert.Equal((id, "one", false), (claim!.Lease.ThreadId, claim.Lease.Owner, claim.TakenOver));
        Assert.Equal((ThreadStatus.Running, "one", null), (thread.State, thread.Owner, thread.ReadyAt));
        Assert.Equal(Time.GetUtcNow() + LeaseTime, thread.LeaseUntil);
        Assert.Equal(thread.Token, claim.Thread.Token);
        Assert.Null(await ClaimAsync("two"));
    }

    [Fact]
    public async Task Claim_BeforeNotBefore_IsNull()
    {
        await Store.EnqueueAsync(Delivery(Key, "d1", Message("m1")) with { NotBefore = Time.GetUtcNow().AddSeconds(2) }, Ct);

        Assert.Null(await ClaimAsync());
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(await ClaimAsync());
    }

    [Fact]
    public async Task Claim_ThreadOfATerminal_IsClaimedByNameOnlyAlsoWhenItsLeaseExpired()
    {
        var id = await SendAsync("cli:ada@laptop:/src");

        Assert.Null(await ClaimAsync());
        Assert.NotNull(await ClaimAsync("terminal", id));
        Assert.Null(await ClaimAsync("other", id));
        Time.Advance(LeaseTime);
        Assert.Null(await ClaimAsync());
        var again = await ClaimAsync("terminal", id);
        Assert.True(again!.TakenOver);
        await ReleaseAsync(again.Lease, ThreadStatus.Queued);
        Assert.Null(await ClaimAsync());
        Assert.NotNull(await ClaimAsync("terminal", id));
    }

    [Fact]
    public async Task Claim_ExpiredLease_IsTakenOverWithANewerToken()
    {
        await SendAsync(Key);
        var first = await ClaimAsync();
        Time.Advance(LeaseTime);

        var second = await ClaimAsync("two");

        Assert.True(second!.TakenOver);
        Assert.Equal(1, second.Thread.Takeovers);
        Assert.True(second.Lease.Token > first!.Lease.Token);
    }

    [Fact]
    public async Task Claim_OfAnOwnerThatIsGone_IsTakenOverBeforeItsLeaseEndsAndFencesIt()
    {
        var id = await SendAsync(Key);
        var first = await ClaimAsync("gone");
        var request = new ClaimRequest { Owner = "two", Only = id, LeaseTime = LeaseTime };

        Assert.Null(await Store.ClaimAsync(request with { GoneOwner = "another" }, Ct));
        var second = await Store.ClaimAsync(request with { GoneOwner = "gone" }, Ct);

        Assert.True(second!.TakenOver);
        Assert.True(second.Lease.Token > first!.Lease.Token);
        await Assert.ThrowsAsync<LeaseLostException>(() => Store.RenewAsync(first.Lease, LeaseTime, Ct));
        Assert.Null(await Store.ClaimAsync(request with { Owner = "three", GoneOwner = "gone" }, Ct));
    }

    [Fact]
    public async Task EndLeases_OfAnOwnerThatDied_LetsItsThreadsAloneBeTakenOverAtOnce()
    {
        var first = await SendAsync(Key);
        var dead = await ClaimAsync("dead");
        await SendAsync("github:issue:acme/app#2");
        var living = await ClaimAsync("living");

        Assert.Equal(1, await Store.EndLeasesAsync("dead", Ct));

        var taken = await ClaimAsync("successor");
        Assert.Equal(first, taken!.Lease.ThreadId);
        Assert.True(taken.TakenOver);
        Assert.True(taken.Lease.Token > dead!.Lease.Token);
        Assert.Null(await ClaimAsync("successor"));
        await Assert.ThrowsAsync<LeaseLostException>(() => Store.RenewAsync(dead.Lease, LeaseTime, Ct));
        await Store.RenewAsync(living!.Lease, LeaseTime, Ct);
        Assert.Equal(0, await Store.EndLeasesAsync("dead", Ct));
    }

    [Fact]
    public async Task EndLeases_WhileSomebodyWaits_WakesHim()
    {
        await SendAsync(Key);
        await ClaimAsync("dead");
        var waiting = Store.WaitForChangeAsync(null, TimeSpan.FromHours(1), Ct);

        await Store.EndLeasesAsync("dead", Ct);

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    [Fact]
    public async Task Takeovers_OnlyProgressSetsThemBack()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        for (var takeover = 1; takeover <= 5; takeover++)
        {
            await CommitAsync(claim!.Lease, 1, null, new RunStarted { Token = claim.Lease.Token });
            Time.Advance(LeaseTime);
            claim = await ClaimAsync();
            Assert.Equal(takeover, claim!.Thread.Takeovers);
        }

        await CommitAsync(claim!.Lease, 1, null, new ModelReplied { Step = 1 });

        Assert.Equal(0, (await ThreadAsync(id)).Takeovers);
    }

    [Fact]
    public async Task Claim_LeastServedUserFirst_ThenRepository_ThenOldest()
    {
        await SendAsync("a:1", "m1", "ann", "owner/one");
        Time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync("a:2", "m2", "ann", "owner/one");
        Time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync("a:3", "m3", "ann", "owner/two");
        Time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync("b:1", "m4", "bob", "owner/one");
        Time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync("b:2", "m5", "bob", "owner/three");

        List<string> order = [];
        while (await ClaimAsync() is { } claim)
        {
            order.Add(claim.Thread.Key);
        }

        Assert.Equal(["a:1", "b:2", "a:3", "b:1", "a:2"], order);
    }

    [Fact]
    public async Task Claim_LimitsPerUserAndRepository_AreKept()
    {
        foreach (var (key, user, repository) in new[] { ("a:1", "ann", "o/one"), ("a:2", "ann", "o/two"), ("b:1", "bob", "o/one"), ("c:1", "cat", "o/one") })
        {
            await SendAsync(key, "m1", user, repository);
        }

        var request = new ClaimRequest { Owner = "one", MaxPerUser = 1, MaxPerRepository = 2 };
        List<string?> claimed = [];
        for (var i = 0; i < 3; i++)
        {
            claimed.Add((await Store.ClaimAsync(request, Ct))?.Thread.Key);
        }

        Assert.Equal(["a:1", "b:1", null], claimed);
        Assert.NotNull(await ClaimAsync(only: ThreadId.FromKey("c:1")));
    }

    [Fact]
    public async Task Claim_LimitOfTheOrganization_IsKeptAndCountedByUserAndRepository()
    {
        await SendAsync("a:1", "m1", "ann", "o/one");
        await SendAsync("b:1", "m1", "bob", "o/one");
        await SendAsync("c:1", "m1", "cat", "");
        var request = new ClaimRequest { Owner = "one", LeaseTime = LeaseTime, MaxPerOrganization = 2 };

        Assert.NotNull(await Store.ClaimAsync(request, Ct));
        Assert.NotNull(await Store.ClaimAsync(request, Ct));
        Assert.Null(await Store.ClaimAsync(request, Ct));

        var running = await Store.CountRunningAsync(Ct);
        Assert.Equal((2, 1, 0, 1, 1), (running.Total, running.OfUser("ann"), running.OfUser("bob"), running.OfUser("cat"), running.OfRepository("o/one")));
        Time.Advance(LeaseTime);
        Assert.Equal(0, (await Store.CountRunningAsync(Ct)).Total);
    }

    [Fact]
    public async Task Claim_ThreadsWithoutRepository_DoNotLimitEachOther()
    {
        await SendAsync("a", "m1", "ann", "");
        await SendAsync("b", "m1", "bob", "");

        var request = new ClaimRequest { Owner = "one", MaxPerRepository = 1 };

        Assert.NotNull(await Store.ClaimAsync(request, Ct));
        Assert.NotNull(await Store.ClaimAsync(request, Ct));
    }

    [Fact]
    public async Task Claim_Only_TakesNoOther()
    {
        await SendAsync("a:1");
        var wanted = await SendAsync("a:2");

        Assert.Equal(wanted, (await ClaimAsync(only: wanted))!.Lease.ThreadId);
        Assert.Null(await ClaimAsync(only: wanted));
        Assert.Null(await ClaimAsync(only: ThreadId.FromKey("unknown")));
    }

    [Fact]
    public async Task Renew_KeepsTheLease()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        Time.Advance(TimeSpan.FromSeconds(20));

        await Store.RenewAsync(claim!.Lease, LeaseTime, Ct);

        Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Null(await ClaimAsync("two"));
        Assert.Equal(claim.Lease.Token, (await ThreadAsync(id)).Token);
    }

    [Fact]
    public async Task Zombie_EveryWrite_IsRefused()
    {
        var id = await SendAsync(Key);
        var zombie = (await ClaimAsync())!.Lease;
        Time.Advance(LeaseTime);
        var owner = (await ClaimAsync("two"))!.Lease;

        await Assert.ThrowsAsync<LeaseLostException>(() => Store.RenewAsync(zombie, LeaseTime, Ct));
        await Assert.ThrowsAsync<LeaseLostException>(() => CommitAsync(zombie, 1, [0], new NoticeGiven { Text = "zombie" }));
        await Assert.ThrowsAsync<LeaseLostException>(() => ReleaseAsync(zombie));
        await Assert.ThrowsAsync<LeaseLostException>(() => CommitAsync(owner with { Owner = "other" }, 1));
        await Assert.ThrowsAsync<LeaseLostException>(() => CommitAsync(owner with { ThreadId = ThreadId.FromKey("x") }, 1));
        Assert.Empty(await Store.ReadJournalAsync(id, 0, 10, Ct));
        Assert.Single(await InboxAsync(id));
    }

    [Fact]
    public async Task Commit_AfterRelease_IsRefused()
    {
        await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await ReleaseAsync(lease);

        await Assert.ThrowsAsync<LeaseLostException>(() => CommitAsync(lease, 1));
    }

    [Fact]
    public async Task Commit_WritesJournalInboxOutboxAndFactsTogether()
    {
        var id = await SendAsync(Key);
        await SendAsync(Key, "m2");
        var lease = (await ClaimAsync())!.Lease;

        var first = await Store.CommitAsync(
            new CommitRequest
            {
                Lease = lease,
                Sequence = 1,
                Events = [new RunStarted { Token = lease.Token }, new NoticeGiven { Topic = "loop", Text = "again" }],
                Consumed = [1],
                Outbox = [Draft("status")],
                Facts = new ThreadFacts { Steps = 3, Branch = "drafthorse/42", CostUsd = 0.25m },
            },
            Ct);
        var second = await CommitAsync(lease, 2, [0], new NoticeGiven { Text = "more" });

        var thread = await ThreadAsync(id);
        var journal = await Store.ReadJournalAsync(id, 0, 10, Ct);
        Assert.Equal((0, 2), (first, second));
        Assert.Equal([0L, 1, 2], journal.Select(record => record.Position));
        Assert.Equal(["run.started", "notice.given", "notice.given"], journal.Select(record => record.Kind));
        Assert.Equal("again", Assert.IsType<NoticeGiven>(journal[1].Event).Text);
        Assert.Equal(Time.GetUtcNow(), journal[0].At);
        Assert.Equal(0, thread.InboxDepth);
        Assert.Equal(3, thread.JournalLength);
        Assert.Equal((3, "drafthorse/42", 0.25m), (thread.Facts.Steps, thread.Facts.Branch, thread.Facts.CostUsd));
        Assert.Equal(1, await Store.CountOutboxAsync(id, Ct));
    }

    [Fact]
    public async Task Commit_LastSequenceAgain_ChangesNothingAndAnswersTheSame()
    {
        var id = await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await CommitAsync(lease, 1, null, new NoticeGiven { Text = "one" });
        var position = await CommitAsync(lease, 2, [0], new NoticeGiven { Text = "two" });

        var again = await CommitAsync(lease, 2, [0], new NoticeGiven { Text = "two" });

        Assert.Equal(position, again);
        Assert.Equal(2, (await ThreadAsync(id)).JournalLength);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Commit_OtherSequence_IsRefused(long sequence)
    {
        var id = await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await CommitAsync(lease, 1);
        await CommitAsync(lease, 2);

        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(lease, sequence, [0], new NoticeGiven()));

        Assert.Equal(0, (await ThreadAsync(id)).JournalLength);
        Assert.Single(await InboxAsync(id));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 7)]
    [InlineData(0, -1)]
    public async Task Commit_ConsumingTwiceOrUnknown_IsRefusedWhole(long first, long second)
    {
        var id = await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;

        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(lease, 1, [first, second], new NoticeGiven()));
        await CommitAsync(lease, 1, [first]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(lease, 2, [first], new NoticeGiven()));

        Assert.Equal((0, 0), ((await ThreadAsync(id)).JournalLength, (await ThreadAsync(id)).InboxDepth));
    }

    [Fact]
    public async Task Release_EmptyInbox_LeavesTheState()
    {
        var id = await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await CommitAsync(lease, 1, [0]);

        await ReleaseAsync(lease, ThreadStatus.Failed);

        var thread = await ThreadAsync(id);
        Assert.Equal((ThreadStatus.Failed, null, null, null), (thread.State, thread.Owner, thread.LeaseUntil, thread.ReadyAt));
        Assert.Null(await ClaimAsync());
    }

    [Theory]
    [InlineData(DeliveryMode.Step)]
    [InlineData(DeliveryMode.Queue)]
    public async Task Release_MessagesLeft_IsReadyAtOnce(DeliveryMode mode)
    {
        var id = await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await CommitAsync(lease, 1, [0]);
        await Store.EnqueueAsync(Delivery(Key, "d2", Message("m2") with { Mode = mode }), Ct);

        await ReleaseAsync(lease);

        Assert.Equal(ThreadStatus.Queued, (await ThreadAsync(id)).State);
        Assert.NotNull(await ClaimAsync());
    }

    [Fact]
    public async Task Release_WakeAt_MakesItReadyThen()
    {
        await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await CommitAsync(lease, 1, [0]);

        await ReleaseAsync(lease, ThreadStatus.Waiting, Time.GetUtcNow().AddMinutes(5));

        Assert.Null(await ClaimAsync());
        Time.Advance(TimeSpan.FromMinutes(5));
        var claim = await ClaimAsync();
        Assert.False(claim!.TakenOver);
        await ReleaseAsync(claim.Lease);
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task Release_AsQueued_IsReadyThoughTheInboxIsEmpty()
    {
        await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await CommitAsync(lease, 1, [0]);

        await ReleaseAsync(lease, ThreadStatus.Queued);

        Assert.False((await ClaimAsync("two"))!.TakenOver);
    }

    [Fact]
    public async Task Release_Parked_HoldsUntilTheNextMessage()
    {
        var id = await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;

        await ReleaseAsync(lease, ThreadStatus.Parked);

        Assert.Equal(ThreadStatus.Parked, (await ThreadAsync(id)).State);
        Assert.Null(await ClaimAsync());
        await SendAsync(Key, "m2");
        Assert.Equal(2, (await ClaimAsync())!.Thread.InboxDepth);
    }

    [Fact]
    public async Task Release_ParkedAfterAMessageCame_IsReady()
    {
        var id = await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;
        await SendAsync(Key, "m2");

        await ReleaseAsync(lease, ThreadStatus.Parked);

        Assert.Equal(ThreadStatus.Queued, (await ThreadAsync(id)).State);
        Assert.NotNull(await ClaimAsync());
    }

    [Fact]
    public async Task Release_AsRunning_IsRefused()
    {
        await SendAsync(Key);
        var lease = (await ClaimAsync())!.Lease;

        await Assert.ThrowsAsync<ArgumentException>(() => ReleaseAsync(lease, ThreadStatus.Running));
    }

    [Fact]
    public async Task Claims_ByManyAtOnce_GiveEachThreadOnce()
    {
        for (var i = 0; i < 40; i++)
        {
            await SendAsync($"a:{i}", "m1", $"user{i % 7}", $"o/r{i % 5}");
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(
            () => Store.ClaimAsync(new ClaimRequest { Owner = $"w{i}", MaxPerUser = 50, MaxPerRepository = 50 }, Ct), Ct)));

        var claimed = claims.OfType<Claim>().Select(claim => claim.Lease.ThreadId).ToList();
        Assert.Equal(40, claimed.Count);
        Assert.Equal(40, claimed.Distinct().Count());
    }
}
