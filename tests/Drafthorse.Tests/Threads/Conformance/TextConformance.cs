using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;

namespace Drafthorse.Tests.Threads.Conformance;

/// <summary>Texts that others chose and that a store may find hard to keep: alike in all of them. Also what a store says about itself.</summary>
public abstract class TextConformance(StoreHost host) : StoreConformance(host)
{
    [Theory]
    [InlineData("NUL")]
    [InlineData("half a pair")]
    [InlineData("a pair the wrong way round")]
    [InlineData("a megabyte")]
    [InlineData("like code")]
    [InlineData("like a digest")]
    public async Task Names_Strange_AreKeptAndFound(string what)
    {
        // A half of a surrogate pair cannot stand in an attribute.
        var (text, kept) = what switch
        {
            "NUL" => ("a\0b", "a\0b"),
            "half a pair" => ("a\ud800b", "a\ufffdb"),
            "a pair the wrong way round" => ("\udc00\ud800", "\ufffd\ufffd"),
            "a megabyte" => (new string('x', 1_000_000), new string('x', 1_000_000)),
            "like code" => ("'; DROP TABLE threads; --{drafthorse}:*\n\\\"", "'; DROP TABLE threads; --{drafthorse}:*\n\\\""),
            _ => ("sha256:00", "sha256:00"),
        };
        var delivery = Delivery(text, text, Message(text, text), text, $"{text.Replace("/", "", StringComparison.Ordinal)}/r") with { Outbox = [new OutboxRequest { Kind = text, Key = text, Payload = text }] };
        var id = (await Store.EnqueueAsync(delivery, Ct)).ThreadId;

        Assert.Equal(EnqueueOutcome.Duplicate, (await Store.EnqueueAsync(delivery, Ct)).Outcome);
        Assert.Equal(EnqueueOutcome.Duplicate, (await Store.EnqueueAsync(delivery with { DeliveryId = "again" }, Ct)).Outcome);
        Assert.Equal(EnqueueOutcome.Duplicate, (await Store.EnqueueAsync(delivery with { ThreadKey = kept, DeliveryId = kept }, Ct)).Outcome);
        Assert.Equal(id, ThreadId.FromKey(kept));
        var message = Assert.Single(await Store.ReadInboxAsync(id, Ct)).Message;
        Assert.Equal((kept, kept), (message.Id, message.Text));
        Assert.Equal(kept, Assert.Single((await Store.ListThreadsAsync(new ThreadQuery { User = text }, Ct)).Threads).Key);
        Assert.Single((await Store.ListThreadsAsync(new ThreadQuery { Repository = delivery.Origin.Repository!.FullName }, Ct)).Threads);

        var claim = (await ClaimAsync(text))!;
        Assert.Equal((kept, kept, kept), (claim.Thread.Key, claim.Thread.Owner, claim.Thread.Origin.User));
        Assert.Equal(1, (await Store.CountRunningAsync(Ct)).OfUser(kept));
        await Store.RenewAsync(claim.Lease, LeaseTime, Ct);
        await Store.CommitAsync(new CommitRequest { Lease = claim.Lease, Sequence = 1, Events = [new NoticeGiven { Text = text }], Facts = new ThreadFacts { Branch = text }, Outbox = [new OutboxRequest { Kind = text, Key = text, Payload = "{}" }] }, Ct);
        Assert.Equal(1, await Store.CountOutboxAsync(id, Ct));
        Assert.Equal(kept, Assert.IsType<NoticeGiven>(Assert.Single(await Store.ReadJournalAsync(id, 0, 5, Ct)).Event).Text);
        Assert.Equal(kept, (await ThreadAsync(id)).Facts.Branch);
        var entry = (await Store.ClaimOutboxAsync(LeaseTime, null, Ct))!;
        Assert.Equal((kept, kept, "{}"), (entry.Kind, entry.Key, entry.Payload));
        Assert.True(await Store.CompleteOutboxAsync(new OutboxCompletion { Entry = entry, Result = text, Succeeded = true }, Ct));
        Assert.Equal(0, await Store.CountOutboxAsync(id, Ct));
        Assert.Equal(1, await Store.EndLeasesAsync(text, Ct));
        Assert.True(await Store.WithdrawAsync(id, text, Ct));

        var reservation = new BudgetReservation { Id = text, Amount = 2, ExpiresAt = Time.GetUtcNow().AddHours(1), Limits = [new BudgetLimit(text, 10)] };
        Assert.True((await Store.ReserveAsync(reservation, Ct)).Granted);
        Assert.True((await Store.ReserveAsync(reservation with { Id = kept }, Ct)).Granted);
        await Store.SettleAsync(text, 1, Ct);
        Assert.Equal(1, await Store.GetSpentAsync(kept, Ct));
    }

    [Fact]
    public async Task Closed_TakesNoWritesSaysWhyAndStillReads()
    {
        var store = (ThreadStore)Store;
        var id = await SendAsync("a");
        var lease = (await ClaimAsync())!.Lease;
        await store.ProbeAsync(Ct);
        var closed = new StoreClosure(ClosureReason.Moved, "the other place").Write();
        Assert.True(await store.ExchangeMarkAsync(StoreClosure.Mark, null, closed, Ct));
        Assert.False(await store.ExchangeMarkAsync(StoreClosure.Mark, null, closed, Ct));

        foreach (var write in (Func<Task>[])
        [
            () => SendAsync("b"), () => ClaimAsync(only: id), () => CommitAsync(lease, 1), () => ReleaseAsync(lease), () => store.RenewAsync(lease, LeaseTime, Ct), () => store.WithdrawAsync(id, "m1", Ct),
            () => store.CancelAsync(id, 5, [], Ct), () => store.EndLeasesAsync("one", Ct), () => store.SettleAsync("r", 1, Ct), () => store.ProbeAsync(Ct),
            () => store.ReserveAsync(new BudgetReservation { Id = "r", Amount = 1, ExpiresAt = Time.GetUtcNow(), Limits = [new BudgetLimit("s", 5)] }, Ct),
        ])
        {
            var refusal = await Assert.ThrowsAsync<ThreadStoreException>(write);
            Assert.Equal(ThreadStoreError.Moved, refusal.Error);
            Assert.Contains("the other place", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await ThreadAsync(id)).Commits);
        Assert.True(await store.ExchangeMarkAsync(StoreClosure.Mark, closed, null, Ct));
        await CommitAsync(lease, 1);
    }
}
