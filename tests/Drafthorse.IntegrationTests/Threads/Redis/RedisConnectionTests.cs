using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Threads;
using Drafthorse.IntegrationTests.Threads.Postgres;

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
