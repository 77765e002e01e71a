using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Threads.Postgres;

/// <summary>What lies between the store and its database: round trips, lost connections, several replicas.</summary>
public sealed class PostgresConnectionTests(PostgresServer server) : ReplicaConformance
{
    [Fact]
    public async Task Operations_RoundTrips_AreFew()
    {
        await using var proxy = new CountingProxy(await PortAsync());
        await using var store = await OpenAsync(proxy, await NewNameAsync());
        int enqueue = int.MaxValue, commit = int.MaxValue, claim = int.MaxValue;

        // What tells the others comes a moment later and may count in; so the least of several.
        for (var round = 0; round < 20; round++)
        {
            await store.EnqueueAsync(Delivery($"thread{round}", "d1"), Ct);
            var before = proxy.RoundTrips;
            await store.EnqueueAsync(Delivery($"thread{round}", "d2"), Ct);
            enqueue = Math.Min(enqueue, proxy.RoundTrips - before);
            before = proxy.RoundTrips;
            var lease = (await store.ClaimAsync(new ClaimRequest { Owner = "one", MaxPerUser = 100, MaxPerRepository = 100 }, Ct))!.Lease;
            claim = Math.Min(claim, proxy.RoundTrips - before);
            before = proxy.RoundTrips;
            await store.CommitAsync(new CommitRequest { Lease = lease, Sequence = 1, Consumed = [0, 1], Events = [new NoticeGiven()], Outbox = [new OutboxRequest { Kind = "status", Key = "status", Payload = "{}" }] }, Ct);
            commit = Math.Min(commit, proxy.RoundTrips - before);
        }

        Assert.Equal((2, 2, 2), (enqueue, claim, commit));
    }

    [Fact]
    public async Task Enqueue_AnswerOfTheCommitLost_IsLookedUpAndToldAsWhatItWas()
    {
        await using var proxy = new CountingProxy(await PortAsync());
        var name = await NewNameAsync();
        await using var store = await OpenAsync(proxy, name);
        await using var direct = Open(server.Address(name));
        await store.EnqueueAsync(Delivery("warm", "d"), Ct);
        await direct.GetStatusAsync(Ct);

        for (var round = 0; round < 20; round++)
        {
            proxy.CutAfter(2);
            var result = await store.EnqueueAsync(Delivery("thread", $"d{round}"), Ct);

            Assert.Equal(EnqueueOutcome.Added, result.Outcome);
            Assert.Equal(round, result.InboxPosition);
        }

        Assert.True(proxy.Cuts >= 15, $"{proxy.Cuts} of 20 connections were cut");
        Assert.Equal(20, (await direct.ReadInboxAsync(ThreadId.FromKey("thread"), Ct)).Count);
    }

    [Fact]
    public async Task Enqueue_ConnectionsEndedByTheServer_LosesAndDoublesNothing()
    {
        var name = await NewNameAsync();
        await using var store = Open(server.Address(name));
        await store.EnqueueAsync(Delivery("warm", "d"), Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var ending = Task.Run(
            async () =>
            {
                for (var ended = 0; !stop.IsCancellationRequested; ended++)
                    await server.RunAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            },
            Ct);

        await Parallel.ForEachAsync(Enumerable.Range(0, 300), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Ct }, async (number, token) =>
            Assert.Equal(EnqueueOutcome.Added, (await store.EnqueueAsync(Delivery($"thread{number % 20}", $"d{number}"), token)).Outcome));
        await stop.CancelAsync();
        await ending;

        for (var thread = 0; thread < 20; thread++)
            Assert.Equal(15, (await store.ReadInboxAsync(ThreadId.FromKey($"thread{thread}"), Ct)).Count);
    }

    [Fact]
    public async Task Prepare_TenAtOnce_MakesTheTablesOnce()
    {
        var name = await NewNameAsync();
        var stores = Enumerable.Range(0, 10).Select(_ => Open(server.Address(name))).ToList();

        await Task.WhenAll(stores.Select(store => store.PrepareAsync(Ct)));

        foreach (var store in stores)
        {
            Assert.Equal(0, (await store.GetStatusAsync(Ct)).InboxDepth);
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Prepare_TablesOfANewerVersion_AreRefused()
    {
        var name = await NewNameAsync();
        await using (var store = Open(server.Address(name)))
            await store.PrepareAsync(Ct);
        await server.RunAsync("UPDATE drafthorse.version SET version = 99", name);

        Assert.Equal(ThreadStoreError.NewerVersion, (await FailsAsync(server.Address(name))).Error);
    }

    [Fact]
    public async Task Prepare_TablesOfAnotherProgram_AreRefused()
    {
        var name = await NewNameAsync();
        await server.RunAsync("CREATE SCHEMA drafthorse; CREATE TABLE drafthorse.horses (name text)", name);

        Assert.Equal(ThreadStoreError.Damaged, (await FailsAsync(server.Address(name))).Error);
    }

    [Fact]
    public async Task Prepare_ReadOnlyDatabase_NamesTheCure()
    {
        var name = await NewNameAsync();
        await server.RunAsync($"ALTER DATABASE {name} SET default_transaction_read_only = on");

        Assert.Contains("read-only", (await FailsAsync(server.Address(name))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NoSuchDatabase_NamesTheCure()
    {
        await NewNameAsync();

        Assert.Contains("CREATE DATABASE", (await FailsAsync(server.Address("nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NobodyListens_SaysWhereAndNotThePassword()
    {
        var failure = await FailsAsync("postgres://me:hush-hush@127.0.0.1:1/threads?timeout=1");

        Assert.Equal(ThreadStoreError.Unreachable, failure.Error);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<ThreadStoreException> FailsAsync(string address)
    {
        await using var store = Open(address);
        return await Assert.ThrowsAsync<ThreadStoreException>(() => store.PrepareAsync(Ct));
    }

    private static PostgresThreadStore Open(string address) => new(new PostgresThreadStoreOptions { Address = address, MaxConnections = 8 });

    private static async Task<PostgresThreadStore> OpenAsync(CountingProxy proxy, string name)
    {
        var store = Open($"postgres://postgres@127.0.0.1:{proxy.Port}/{name}");
        await store.PrepareAsync(Ct);
        return store;
    }

    private protected override async Task<ReplicaServer> StartAsync(bool ownServer = false)
    {
        var used = ownServer ? new PostgresServer() : server;
        var address = await used.NewDatabaseAsync();
        return new ReplicaServer(() => Open(address), used.RestartAsync, ownServer ? used : null);
    }

    private async Task<string> NewNameAsync() => (await server.NewDatabaseAsync()).Split('/')[^1].Split('?')[0];

    private async Task<int> PortAsync()
    {
        await server.NewDatabaseAsync();
        return server.Port;
    }
}
