using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using Drafthorse.IntegrationTests.Threads.Postgres;
using StackExchange.Redis;

namespace Drafthorse.IntegrationTests.Threads.Redis;

/// <summary>What lies between the store and its server: lost connections, crashes, several replicas, settings that lose threads.</summary>
public sealed class RedisConnectionTests : ReplicaConformance
{
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
    public async Task Claim_AnotherUsersLimitWasReachedMeanwhile_IsNotWritten()
    {
        await using var server = new RedisServer("--appendonly", "no");
        await using var store = Open(server.Address);
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var request = new ClaimRequest { Owner = "slow", MaxPerUser = 1 };
        await store.EnqueueAsync(Delivery("first", "d1"), Ct);
        var tables = new LoadedTables(RunOperations.ReadsOfClaim(request));
        var load = new RedisLoad(tables);
        load.Read(await connection.GetDatabase().ScriptEvaluateAsync(RedisThreadStore.LoadScript, ["{drafthorse}:changes"], [RedisLoad.Ask(tables.Reads, null, null)]));
        Assert.Equal(ThreadId.FromKey("first"), RunOperations.Claim(tables, request)?.Lease.ThreadId);

        // While the slow claimer thinks, its user's other thread is claimed, in a repository where less goes on.
        await store.EnqueueAsync(Delivery("others", "d2") with { Origin = Delivery("others", "d2").Origin with { User = "eve" } }, Ct);
        await store.ClaimAsync(new ClaimRequest { Owner = "eve", Only = ThreadId.FromKey("others") }, Ct);
        await store.EnqueueAsync(Delivery("second", "d3") with { Origin = Delivery("second", "d3").Origin with { Repository = new RepositoryRef("github.com", "owner", "calm", "https://github.com/owner/calm.git") } }, Ct);
        Assert.Equal(ThreadId.FromKey("second"), (await store.ClaimAsync(request with { Owner = "fast" }, Ct))?.Lease.ThreadId);

        Assert.Equal(0, (int)await connection.GetDatabase().ScriptEvaluateAsync(RedisThreadStore.ChangeScript, ["{drafthorse}:changes"], [RedisChange.Write(tables, load, "op", null)]));
        Assert.Equal(1, (await store.CountRunningAsync(Ct)).OfUser("ada"));
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

    private protected override Task<ReplicaServer> StartAsync(bool ownServer = false)
    {
        var server = new RedisServer();
        return Task.FromResult(new ReplicaServer(() => Open(server.Address), server.RestartAsync, server));
    }
}
