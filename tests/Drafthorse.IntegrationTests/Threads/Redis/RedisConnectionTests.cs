using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Threads;
using Drafthorse.IntegrationTests.Threads.Postgres;

namespace Drafthorse.IntegrationTests.Threads.Redis;

/// <summary>What lies between the store and its server: lost connections, crashes, several replicas, settings that lose threads.</summary>
public sealed class RedisConnectionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enqueue_ConnectionCutBeforeTheAnswer_IsDoneOnceAndToldAsWhatItWas()
    {
        await using var server = new RedisServer();
        await using var proxy = new CountingProxy(server.Port);
        await using var store = Open($"redis://127.0.0.1:{proxy.Port}");
        await using var direct = Open(server.Address);
        await store.PrepareAsync(Ct);

        for (var round = 0; round < 10; round++)
        {
            proxy.CutAfter(2);
            Assert.Equal(EnqueueOutcome.Added, (await store.EnqueueAsync(Delivery("thread", $"d{round}"), Ct)).Outcome);
        }

        Assert.True(proxy.Cuts >= 5, $"{proxy.Cuts} of 10 connections were cut");
        Assert.Equal(10, (await direct.ReadInboxAsync(ThreadId.FromKey("thread"), Ct)).Count);
    }

    [Fact]
    public async Task Enqueue_ServerCrashesAndComesBack_LosesAndDoublesNothing()
    {
        await using var server = new RedisServer();
        await using var store = Open(server.Address);
        await store.PrepareAsync(Ct);
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
        for (var crash = 0; crash < 2; crash++)
        {
            var before = Volatile.Read(ref sent);
            while (Volatile.Read(ref sent) < before + 40)
                await Task.Yield();
            await server.RestartAsync();
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
        await using var server = new RedisServer();
        await using var one = Open(server.Address);
        await using var two = Open(server.Address);
        var id = (await one.EnqueueAsync(Delivery("thread", "d1"), Ct)).ThreadId;
        await two.GetStatusAsync(Ct);

        for (var round = 2; round < 6; round++)
        {
            var began = Environment.TickCount64;
            var waiting = two.WaitForChangeAsync(id, TimeSpan.FromSeconds(60), Ct);
            await one.EnqueueAsync(Delivery("thread", $"d{round}"), Ct);
            await waiting;

            Assert.True(Environment.TickCount64 - began < 3500, "It was not told, only looked up.");
        }
    }

    [Fact]
    public async Task Claim_SixteenAtOnce_NeverPassALimit()
    {
        await using var server = new RedisServer();
        await using var one = Open(server.Address);
        await using var two = Open(server.Address);
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
        await using var server = new RedisServer();
        await using var one = Open(server.Address);
        await using var two = Open(server.Address);
        for (var number = 0; number < 30; number++)
            await one.EnqueueAsync(Delivery($"thread{number}", $"d{number}"), Ct);

        var claims = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => Task.Run(
            () => (number % 2 == 0 ? one : two).ClaimAsync(new ClaimRequest { Owner = $"worker{number}", MaxPerUser = 100, MaxPerRepository = 100 }, Ct), Ct)));

        Assert.Equal(30, claims.Select(claim => claim?.Lease.ThreadId).Distinct().Count(id => id is not null));
    }

    [Fact]
    public async Task Reserve_FiftyAtOnceOnOneBudget_StopAtIt()
    {
        await using var server = new RedisServer();
        await using var one = Open(server.Address);
        await using var two = Open(server.Address);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(
            () => (number % 2 == 0 ? one : two).ReserveAsync(
                new BudgetReservation { Id = $"step{number}", Amount = 0.7m, ExpiresAt = DateTimeOffset.UtcNow.AddHours(1), Limits = [new BudgetLimit("org", 10m)] }, Ct), Ct)));

        Assert.Equal(14, decisions.Count(decision => decision.Granted));
        Assert.Equal(9.8m, await one.GetSpentAsync("org", Ct));
    }

    [Fact]
    public async Task Prepare_ServerThatEvicts_IsRefused()
    {
        await using var server = new RedisServer("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");

        Assert.Contains("noeviction", (await FailsAsync(server.Address)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_Replica_IsRefusedByName()
    {
        await using var server = new RedisServer("--replicaof", "127.0.0.1", "1");

        Assert.Contains("is a replica", (await FailsAsync(server.Address)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_ConfigForbidden_WarnsAndWorks()
    {
        await using var server = new RedisServer("--rename-command", "CONFIG", "");
        await using var store = Open(server.Address);

        await store.PrepareAsync(Ct);

        Assert.Contains("CONFIG is not allowed", store.Warning, StringComparison.Ordinal);
        Assert.Equal(EnqueueOutcome.Added, (await store.EnqueueAsync(Delivery("thread", "d1"), Ct)).Outcome);
    }

    [Fact]
    public async Task Prepare_FlushedEverySecond_SaysWhatMayBeLost()
    {
        await using var server = new RedisServer("--appendfsync", "everysec");
        await using var store = Open(server.Address);

        await store.PrepareAsync(Ct);

        Assert.Contains("up to a second", store.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_WrongPassword_NamesTheCureAndNotThePassword()
    {
        await using var server = new RedisServer("--requirepass", "right");

        var failure = await FailsAsync($"redis://:hush-hush@127.0.0.1:{server.Port}");

        Assert.Equal(ThreadStoreError.NoAccess, failure.Error);
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NobodyListens_SaysWhere()
    {
        var failure = await FailsAsync("redis://127.0.0.1:1");

        Assert.Equal(ThreadStoreError.Unreachable, failure.Error);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<ThreadStoreException> FailsAsync(string address)
    {
        await using var store = Open(address);
        return await Assert.ThrowsAsync<ThreadStoreException>(() => store.PrepareAsync(Ct));
    }

    private static RedisThreadStore Open(string address) => new(new RedisThreadStoreOptions { Address = address });

    private static EnqueueRequest Delivery(string key, string delivery) => new()
    {
        ThreadKey = key,
        DeliveryId = delivery,
        Origin = new ThreadOrigin { Channel = "test", User = "ada", Repository = new RepositoryRef("github.com", "owner", "repo", "https://github.com/owner/repo.git") },
        Message = new InboxMessage { Id = delivery, Sender = "ada", Text = $"do {delivery}" },
    };
}
