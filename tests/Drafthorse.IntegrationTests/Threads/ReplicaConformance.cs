using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Threads;

/// <summary>What several replicas on one store must see of each other, and what a crash of its server must not cost.</summary>
public abstract class ReplicaConformance
{
    /// <summary>Shorter than what a replica that was told nothing waits until it looks for itself.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(4);

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enqueue_ServerCrashesAndComesBack_LosesAndDoublesNothing()
    {
        await using var server = await StartAsync(ownServer: true);
        await using var store = server.Open();
        await store.GetStatusAsync(Ct);
        var sent = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var sending = Enumerable.Range(0, 4).Select(sender => Task.Run(
            async () =>
            {
                for (var number = 0; !stop.IsCancellationRequested; number++)
                {
                    Assert.Equal(EnqueueOutcome.Added, (await store.EnqueueAsync(Delivery($"thread{sender}", $"d{number}"), Ct)).Outcome);
                    Interlocked.Increment(ref sent);
                }
            },
            Ct)).ToList();
        for (var crash = 0; crash < 3; crash++)
        {
            var before = Volatile.Read(ref sent);
            while (Volatile.Read(ref sent) < before + 40)
                await Task.Yield();
            await server.CrashAsync();
        }

        await stop.CancelAsync();
        await Task.WhenAll(sending);

        var there = 0;
        for (var sender = 0; sender < 4; sender++)
            there += (await store.ReadInboxAsync(ThreadId.FromKey($"thread{sender}"), Ct)).Count;
        Assert.Equal(sent, there);
    }

    [Fact]
    public async Task WaitForChange_OfAnotherReplica_IsHeardAtOnce()
    {
        await using var server = await StartAsync();
        await using var one = server.Open();
        await using var two = server.Open();
        var id = (await one.EnqueueAsync(Delivery("thread", "d1"), Ct)).ThreadId;
        await two.GetStatusAsync(Ct);

        for (var round = 2; round < 6; round++)
        {
            var began = Environment.TickCount64;
            var waiting = two.WaitForChangeAsync(id, TimeSpan.FromSeconds(60), Ct);
            await one.EnqueueAsync(Delivery("thread", $"d{round}"), Ct);
            await waiting;

            Assert.True(Environment.TickCount64 - began < Told.TotalMilliseconds, "It was not told, only looked up.");
        }
    }

    [Fact]
    public async Task Claim_SixteenAtOnce_NeverPassALimit()
    {
        await using var server = await StartAsync();
        await using var one = server.Open();
        await using var two = server.Open();
        for (var number = 0; number < 40; number++)
            await one.EnqueueAsync(Delivery($"thread{number}", $"d{number}"), Ct);

        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(
            () => (number % 2 == 0 ? one : two).ClaimAsync(new ClaimRequest { Owner = $"worker{number}", MaxPerUser = 5, MaxPerRepository = 100 }, Ct), Ct)));

        Assert.Equal(5, claims.Count(claim => claim is not null));
        Assert.Equal(5, (await one.CountRunningAsync(Ct)).Total);
    }

    [Fact]
    public async Task Claim_AsManyAtOnceAsThreads_EachGetsOne()
    {
        await using var server = await StartAsync();
        await using var one = server.Open();
        await using var two = server.Open();
        for (var number = 0; number < 30; number++)
            await one.EnqueueAsync(Delivery($"thread{number}", $"d{number}"), Ct);

        var claims = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => Task.Run(
            () => (number % 2 == 0 ? one : two).ClaimAsync(new ClaimRequest { Owner = $"worker{number}", MaxPerUser = 100, MaxPerRepository = 100 }, Ct), Ct)));

        Assert.Equal(30, claims.Select(claim => claim?.Lease.ThreadId).Distinct().Count(id => id is not null));
    }

    [Fact]
    public async Task Reserve_FiftyAtOnceOnOneBudget_StopAtIt()
    {
        await using var server = await StartAsync();
        await using var one = server.Open();
        await using var two = server.Open();

        var decisions = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(
            () => (number % 2 == 0 ? one : two).ReserveAsync(
                new BudgetReservation { Id = $"step{number}", Amount = 0.7m, ExpiresAt = DateTimeOffset.UtcNow.AddHours(1), Limits = [new BudgetLimit("org", 10m)] }, Ct), Ct)));

        Assert.Equal(14, decisions.Count(decision => decision.Granted));
        Assert.Equal(9.8m, await one.GetSpentAsync("org", Ct));
    }

    /// <summary>An empty store, on a server of its own where that is asked for.</summary>
    private protected abstract Task<ReplicaServer> StartAsync(bool ownServer = false);

    private protected static EnqueueRequest Delivery(string key, string delivery) => new()
    {
        ThreadKey = key,
        DeliveryId = delivery,
        Origin = new ThreadOrigin { Channel = "test", User = "ada", Repository = new RepositoryRef("github.com", "owner", "repo", "https://github.com/owner/repo.git") },
        Message = new InboxMessage { Id = delivery, Sender = "ada", Text = $"do {delivery}" },
    };
}
