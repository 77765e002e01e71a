using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

public abstract class InboxConformance(StoreHost host) : StoreConformance(host)
{
    private const string Key = "github:issue:owner/repo#42";

    [Fact]
    public async Task Enqueue_MustBeSameRepository_RefusesAnotherOneOnly()
    {
        var id = await SendAsync("http:api:key", repository: "owner/one");
        await SendAsync("http:api:none", repository: "");

        Assert.Equal(EnqueueOutcome.OtherRepository, await TryAsync("http:api:key", "owner/two"));
        Assert.Equal(EnqueueOutcome.OtherRepository, await TryAsync("http:api:none", "owner/one"));
        Assert.Single(await Store.ReadInboxAsync(id, Ct));
        Assert.Equal(EnqueueOutcome.Added, await TryAsync("http:api:key", "owner/one"));
        Assert.Equal(EnqueueOutcome.Added, await TryAsync("http:api:key", ""));
        Assert.Equal(EnqueueOutcome.Added, await TryAsync("http:api:new", "owner/two"));

        async Task<EnqueueOutcome> TryAsync(string key, string repository) =>
            (await Store.EnqueueAsync(Delivery(key, $"d {repository}", Message($"m {repository}", $"text {repository}"), repository: repository) with { MustBeSameRepository = true }, Ct)).Outcome;
    }

    [Fact]
    public async Task Enqueue_NewThread_IsQueuedAndReady()
    {
        var result = await Store.EnqueueAsync(Delivery(Key, "d1", Message("m1", "fix it")), Ct);

        var thread = await ThreadAsync(result.ThreadId);
        Assert.Equal(new EnqueueResult(EnqueueOutcome.Added, ThreadId.FromKey(Key), 0), result);
        Assert.Equal(ThreadStatus.Queued, thread.State);
        Assert.Equal(Time.GetUtcNow(), thread.ReadyAt);
        Assert.Equal(Key, thread.Key);
        Assert.Equal("owner/repo", thread.Origin.Repository!.FullName);
        Assert.Equal(1, thread.InboxDepth);
        Assert.Equal(["fix it"], await InboxAsync(result.ThreadId));
    }

    [Fact]
    public async Task Enqueue_RepositoryOfTheSameNumberUnderANewName_IsTakenOver_AndNoOther()
    {
        var first = Delivery(Key, "d1", Message("m1"));
        var known = new RepositoryRef("github.com", "owner", "repo", "https://github.com/owner/repo.git") { NumericId = 7 };
        var id = (await Store.EnqueueAsync(first with { Origin = first.Origin with { Repository = known, Title = "first" } }, Ct)).ThreadId;

        await Store.EnqueueAsync(Renamed("d2", "m2", known with { Owner = "other", NumericId = 8 }), Ct);
        Assert.Equal(known, (await ThreadAsync(id)).Origin.Repository);
        var now = known with { Owner = "new", Name = "name", CloneUrl = "https://github.com/new/name.git" };
        await Store.EnqueueAsync(Renamed("d3", "m3", now), Ct);
        await Store.EnqueueAsync(Renamed("d4", "m4", now with { Name = "last" }), Ct);

        var thread = await ThreadAsync(id);
        Assert.Equal(now with { Name = "last", FirstName = "owner/repo" }, thread.Origin.Repository);
        Assert.Equal("first", thread.Origin.Title);
        Assert.Single((await Store.ListThreadsAsync(new ThreadQuery { Repository = "new/last" }, Ct)).Threads);

        EnqueueRequest Renamed(string delivery, string message, RepositoryRef repository) =>
            first with { DeliveryId = delivery, Message = Message(message), Origin = first.Origin with { Repository = repository, Title = "later" } };
    }

    [Fact]
    public async Task Enqueue_SameDeliveryAgain_ChangesNothing()
    {
        await SendAsync(Key);

        var again = await Store.EnqueueAsync(Delivery(Key, "d-m1", Message("other", "other text")) with { Outbox = [Draft("ack")] }, Ct);

        Assert.Equal(EnqueueOutcome.Duplicate, again.Outcome);
        Assert.Equal(0, again.InboxPosition);
        Assert.Equal(["do it"], await InboxAsync(again.ThreadId));
        Assert.Equal(0, await Store.CountOutboxAsync(again.ThreadId, Ct));
    }

    [Fact]
    public async Task Enqueue_SameDeliveryAfterRetention_IsKnownByItsMessage()
    {
        await SendAsync(Key);
        Time.Advance(TimeSpan.FromDays(31));

        var again = await Store.EnqueueAsync(Delivery(Key, "d-m1", Message("m1")), Ct);
        var other = await Store.EnqueueAsync(Delivery(Key, "d-m1", Message("m2")), Ct);

        Assert.Equal(EnqueueOutcome.Duplicate, again.Outcome);
        Assert.Equal(EnqueueOutcome.Duplicate, other.Outcome);
        Assert.Single(await InboxAsync(again.ThreadId));
    }

    [Fact]
    public async Task Enqueue_SameMessageByOtherDelivery_ChangesNothing()
    {
        var id = await SendAsync(Key);

        var again = await Store.EnqueueAsync(Delivery(Key, "d2", Message("m1", version: 7)) with { Outbox = [Draft("ack")] }, Ct);

        Assert.Equal(EnqueueOutcome.Duplicate, again.Outcome);
        Assert.Single(await InboxAsync(id));
        Assert.Equal(0, await Store.CountOutboxAsync(id, Ct));
    }

    [Fact]
    public async Task Enqueue_NewerEditOfPending_ReplacesIt()
    {
        var id = await SendAsync(Key);

        var edit = await Store.EnqueueAsync(Delivery(Key, "d2", Message("m1", "do that", version: 2)), Ct);

        Assert.Equal(EnqueueOutcome.Replaced, edit.Outcome);
        Assert.Equal(1, edit.InboxPosition);
        Assert.Equal(["do that"], await InboxAsync(id));
        Assert.Equal(1, (await ThreadAsync(id)).InboxDepth);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Enqueue_OlderOrEqualVersion_ChangesNothing(long version)
    {
        var id = await SendAsync(Key);

        var late = await Store.EnqueueAsync(Delivery(Key, "d2", Message("m1", "older words", version)), Ct);

        Assert.Equal(EnqueueOutcome.Duplicate, late.Outcome);
        Assert.Equal(["do it"], await InboxAsync(id));
    }

    [Fact]
    public async Task Enqueue_LateEditBetweenTwoVersionsOfOneText_ChangesNothing()
    {
        var id = await SendAsync(Key);
        await Store.EnqueueAsync(Delivery(Key, "d3", Message("m1", version: 3)), Ct);

        var late = await Store.EnqueueAsync(Delivery(Key, "d2", Message("m1", "in between", version: 2)), Ct);

        Assert.Equal(EnqueueOutcome.Duplicate, late.Outcome);
        Assert.Equal(["do it"], await InboxAsync(id));
    }

    [Fact]
    public async Task Enqueue_NewerEditOfConsumed_IsANewMessage()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        await CommitAsync(claim!.Lease, 1, [0]);

        var edit = await Store.EnqueueAsync(Delivery(Key, "d2", Message("m1", "do that", version: 2)), Ct);

        Assert.Equal(EnqueueOutcome.Added, edit.Outcome);
        Assert.Equal(["do that"], await InboxAsync(id));
    }

    [Fact]
    public async Task Enqueue_EditWhileARunHasReadTheOlderText_KeepsBoth()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        var read = await Store.ReadInboxAsync(id, Ct);
        await Store.EnqueueAsync(Delivery(Key, "d2", Message("m1", "do that", version: 2)), Ct);

        await CommitAsync(claim!.Lease, 1, [.. read.Select(entry => entry.Position)], new MessagesTaken { Messages = read });

        Assert.Equal(["do that"], await InboxAsync(id));
        Assert.Equal(1, (await ThreadAsync(id)).InboxDepth);
    }

    [Fact]
    public async Task Enqueue_WithoutMessage_WritesDeliveryAndOutboxOnly()
    {
        var request = Delivery("github:intake:owner/repo#42", "d1", message: null) with { Outbox = [Draft("intake:d1")] };

        var first = await Store.EnqueueAsync(request, Ct);
        var second = await Store.EnqueueAsync(request, Ct);

        var thread = await ThreadAsync(first.ThreadId);
        Assert.Equal((EnqueueOutcome.Added, -1), (first.Outcome, first.InboxPosition));
        Assert.Equal((EnqueueOutcome.Duplicate, -1), (second.Outcome, second.InboxPosition));
        Assert.Null(thread.ReadyAt);
        Assert.Equal(1, await Store.CountOutboxAsync(first.ThreadId, Ct));
        Assert.Null(await ClaimAsync());
        Assert.Empty((await Store.ListThreadsAsync(new ThreadQuery(), Ct)).Threads);
    }

    [Fact]
    public async Task Enqueue_HostileText_ComesBack()
    {
        const string Text = "nul \0, quote ', emoji \U0001F40E, json \"{}\\, line\nend, \u2028";

        var result = await Store.EnqueueAsync(Delivery(Key, "d'1\0", Message("m\0\"1", Text)), Ct);

        var entry = Assert.Single(await Store.ReadInboxAsync(result.ThreadId, Ct));
        Assert.Equal(Text, entry.Message.Text);
        Assert.Equal("m\0\"1", entry.Message.Id);
    }

    [Fact]
    public async Task Enqueue_LoneSurrogate_IsKeptAsReplacementCharacter()
    {
        var result = await Store.EnqueueAsync(Delivery(Key, "d1", Message("m1", "half \ud83d of it")), Ct);

        var entry = Assert.Single(await Store.ReadInboxAsync(result.ThreadId, Ct));
        Assert.Equal("half \ufffd of it", entry.Message.Text);
    }

    [Fact]
    public async Task Enqueue_PicturesAndMaterial_ComeBack()
    {
        var message = Message("m1") with
        {
            Material = [new QuotedMaterial("issue body", "github:stranger", "text")],
            Images = [new MessageImage("image/png", new byte[] { 1, 2, 255 })],
            Mode = DeliveryMode.Steer,
        };

        var result = await Store.EnqueueAsync(Delivery(Key, "d1", message), Ct);

        var read = Assert.Single(await Store.ReadInboxAsync(result.ThreadId, Ct)).Message;
        Assert.Equal(message.Material, read.Material);
        Assert.Equal([1, 2, 255], Assert.Single(read.Images!).Data.ToArray());
        Assert.Equal(DeliveryMode.Steer, read.Mode);
    }

    [Fact]
    public async Task Withdraw_Pending_RemovesItAndUnreadiesTheThread()
    {
        var id = await SendAsync(Key);

        var removed = await Store.WithdrawAsync(id, "m1", Ct);

        var thread = await ThreadAsync(id);
        Assert.True(removed);
        Assert.Empty(await InboxAsync(id));
        Assert.Equal((ThreadStatus.Cancelled, null, 0), (thread.State, thread.ReadyAt, thread.InboxDepth));
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task Withdraw_ConsumedOrUnknown_IsFalse()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        await CommitAsync(claim!.Lease, 1, [0]);

        Assert.False(await Store.WithdrawAsync(id, "m1", Ct));
        Assert.False(await Store.WithdrawAsync(id, "nothing", Ct));
        Assert.False(await Store.WithdrawAsync(ThreadId.FromKey("no:thread"), "m1", Ct));
    }

    [Fact]
    public async Task Withdraw_OnlyMessageOfAThreadThatHadRun_RestoresItsState()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        await CommitAsync(claim!.Lease, 1, [0]);
        await ReleaseAsync(claim.Lease);
        await SendAsync(Key, "m2");

        await Store.WithdrawAsync(id, "m2", Ct);

        Assert.Equal(ThreadStatus.Done, (await ThreadAsync(id)).State);
    }

    [Fact]
    public async Task Cancel_Idle_RemovesMessagesAndEndsCancelled()
    {
        var id = await SendAsync(Key);
        await SendAsync(Key, "m2");

        var cancelled = await Store.CancelAsync(id, long.MaxValue, [Draft("bye")], Ct);

        Assert.True(cancelled);
        Assert.Equal(ThreadStatus.Cancelled, (await ThreadAsync(id)).State);
        Assert.Equal(1, await Store.GetCancelledUpToAsync(id, Ct));
        Assert.Equal(1, await Store.CountOutboxAsync(id, Ct));
        Assert.Null(await ClaimAsync());
        Assert.False(await Store.CancelAsync(id, long.MaxValue, [Draft("twice")], Ct));
        Assert.Equal(1, await Store.CountOutboxAsync(id, Ct));
    }

    [Fact]
    public async Task Cancel_LaterMessage_IsNotTouched()
    {
        var id = await SendAsync(Key);
        await Store.EnqueueAsync(Delivery(Key, "d2", Message("m2", "later")), Ct);

        await Store.CancelAsync(id, 0, [], Ct);

        Assert.Equal(["later"], await InboxAsync(id));
        Assert.Equal(ThreadStatus.Queued, (await ThreadAsync(id)).State);
        Assert.NotNull(await ClaimAsync());
    }

    [Fact]
    public async Task Cancel_BeyondTheLastMessage_DoesNotReachTheNextOne()
    {
        var id = await SendAsync(Key);
        await Store.CancelAsync(id, long.MaxValue, [], Ct);

        var next = await Store.EnqueueAsync(Delivery(Key, "d2", Message("m2", "next")), Ct);

        Assert.True(next.InboxPosition > await Store.GetCancelledUpToAsync(id, Ct));
        Assert.Equal(["next"], await InboxAsync(id));
    }

    [Fact]
    public async Task Cancel_Running_IsSeenByTheRun()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        await CommitAsync(claim!.Lease, 1, [0]);

        var cancelled = await Store.CancelAsync(id, 0, [], Ct);

        Assert.True(cancelled);
        Assert.Equal(0, await Store.GetCancelledUpToAsync(id, Ct));
        Assert.Equal(ThreadStatus.Running, (await ThreadAsync(id)).State);
        await ReleaseAsync(claim.Lease, ThreadStatus.Cancelled);
        Assert.Equal(ThreadStatus.Cancelled, (await ThreadAsync(id)).State);
    }

    [Fact]
    public async Task Cancel_WaitingForAnAnswer_EndsCancelled()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        await CommitAsync(claim!.Lease, 1, [0]);
        await ReleaseAsync(claim.Lease, ThreadStatus.Waiting, Time.GetUtcNow().AddHours(1));

        Assert.True(await Store.CancelAsync(id, long.MaxValue, [], Ct));

        Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(ThreadStatus.Cancelled, (await ThreadAsync(id)).State);
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task Cancel_OwnerIsDead_EndsCancelledAndRefusesTheOwner()
    {
        var id = await SendAsync(Key);
        var claim = await ClaimAsync();
        await CommitAsync(claim!.Lease, 1, [0]);
        Time.Advance(LeaseTime);

        Assert.True(await Store.CancelAsync(id, long.MaxValue, [], Ct));

        Assert.Equal(ThreadStatus.Cancelled, (await ThreadAsync(id)).State);
        await Assert.ThrowsAsync<LeaseLostException>(() => CommitAsync(claim.Lease, 2));
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task Cancel_UnknownThread_IsFalse() =>
        Assert.False(await Store.CancelAsync(ThreadId.FromKey("no:thread"), 5, [], Ct));
}
