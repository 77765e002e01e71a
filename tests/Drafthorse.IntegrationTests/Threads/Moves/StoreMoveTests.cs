using Drafthorse.Composition;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.Harness.Threads.Migration;
using Drafthorse.IntegrationTests.Threads.Postgres;
using Drafthorse.IntegrationTests.Threads.Redis;
using Drafthorse.Tests.Threads.Conformance;
using StackExchange.Redis;

namespace Drafthorse.IntegrationTests.Threads.Moves;

/// <summary>Threads that move between all kinds of store, and what a check finds in those with a server.</summary>
public sealed class StoreMoveTests(PostgresServer postgres) : IAsyncDisposable
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("drafthorse-move-");
    private readonly List<IAsyncDisposable> _opened = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened))
            await opened.DisposeAsync();
        _files.Delete(recursive: true);
    }

    [Theory]
    [InlineData("Sqlite", "Postgres")]
    [InlineData("Sqlite", "Redis")]
    [InlineData("Postgres", "Sqlite")]
    [InlineData("Postgres", "Redis")]
    [InlineData("Postgres", "Postgres")]
    [InlineData("Redis", "Sqlite")]
    [InlineData("Redis", "Postgres")]
    [InlineData("Redis", "Redis")]
    public async Task Migrate_EachPair_IsEqualAndGoesOn(string from, string to)
    {
        var (source, target) = (await OpenAsync(from), await OpenAsync(to));
        var contents = await StoreContents.FillAsync(source);
        var before = await StoreContents.ReadAsync(source);
        Assert.Empty((await new StoreCheck(source).RunAsync(Ct)).Findings);

        await new StoreMigration(source, target, TimeProvider.System).RunAsync(Ct);

        Assert.Equal(before, await StoreContents.ReadAsync(target));
        Assert.Empty((await new StoreCheck(target).RunAsync(Ct)).Findings);
        var refusal = await Assert.ThrowsAsync<ThreadStoreException>(() => source.RenewAsync(contents.Running, TimeSpan.FromMinutes(1), Ct));
        Assert.Equal(ThreadStoreError.Moved, refusal.Error);
        Assert.Contains(target.Place, refusal.Message, StringComparison.Ordinal);
        await GoesOnAsync(target, contents);
    }

    [Theory]
    [InlineData("Postgres")]
    [InlineData("Redis")]
    public async Task Migrate_WrittenToTheLastMoment_LosesNothing(string from)
    {
        var (source, target) = (await OpenAsync(from), await OpenAsync("Sqlite"));
        var accepted = 0;
        var senders = Enumerable.Range(0, 4).Select(sender => Task.Run(
            async () =>
            {
                for (var number = 0; ; number++)
                {
                    try
                    {
                        await source.EnqueueAsync(StoreContents.Delivery($"thread{sender}:{number % 10}", $"d{number}"), Ct);
                        await StoreContents.ReserveAsync(source, $"r{sender}:{number}", 0.001m);
                        Interlocked.Increment(ref accepted);
                    }
                    catch (ThreadStoreException exception) when (exception.Error == ThreadStoreError.Moved)
                    {
                        return;
                    }
                }
            },
            Ct)).ToList();
        while (Volatile.Read(ref accepted) < 100)
            await Task.Yield();

        await new StoreMigration(source, target, TimeProvider.System).RunAsync(Ct);
        await Task.WhenAll(senders);

        Assert.InRange((await target.GetStatusAsync(Ct)).InboxDepth - accepted, 0, 4);
        Assert.Equal((await source.GetStatusAsync(Ct)).InboxDepth, (await target.GetStatusAsync(Ct)).InboxDepth);
        Assert.Equal(0.001m * accepted, await target.GetSpentAsync("user", Ct));
    }

    [Theory]
    [InlineData("UPDATE drafthorse.threads SET origin = '{' WHERE key = 'runs'", "thread", "origin")]
    [InlineData("DELETE FROM drafthorse.journal WHERE position = 17", "journal", "from 17 on are missing")]
    [InlineData("UPDATE drafthorse.journal SET data = '{' WHERE position = 17", "journal", "cannot be read")]
    [InlineData("UPDATE drafthorse.threads SET claim_at = NULL WHERE key = 'runs'", "thread", "may be claimed")]
    [InlineData("UPDATE drafthorse.deliveries SET thread = 99 WHERE position = 2", "delivery", "cannot be read")]
    [InlineData("UPDATE drafthorse.spent SET amount = -1 WHERE scope = 'user'", "budget", "below zero")]
    [InlineData("UPDATE drafthorse.spent SET amount = 1e40 WHERE scope = 'user'", "budget", "cannot be read")]
    public async Task Check_DamagedRowInPostgres_IsNamed(string damage, string kind, string says)
    {
        var address = await postgres.NewDatabaseAsync();
        var store = await OpenAsync(new StoreAddress(StoreKind.Postgres, address));
        await StoreContents.FillAsync(store);
        await postgres.RunAsync(damage, address.Split('/')[^1].Split('?')[0]);

        var report = await new StoreCheck(store).RunAsync(Ct);

        Assert.Contains(report.Findings, finding => finding.Kind == kind && finding.Problem.Contains(says, StringComparison.Ordinal));
        Assert.InRange(report.Total, 1, 3);
    }

    [Fact]
    public async Task Check_DamagedRowInRedis_IsNamed()
    {
        var server = new RedisServer("--appendonly", "no");
        _opened.Add(server);
        var store = await OpenAsync(new StoreAddress(StoreKind.Redis, server.Address));
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port},allowAdmin=true");
        var database = connection.GetDatabase();
        var id = $"{ThreadId.FromKey("runs").Value:N}";
        foreach (var (damage, kind, says) in ((string, string, string)[])
        [
            ("HSET|t:|row|{", "thread", "cannot be read"), ("HDEL|t:|row", "thread", "cannot be read"), ("SET|t:|x", "thread", "cannot be read"),
            ("ZREM|outbox|MEMBER", "thread", "index of effects"), ("ZREM|claim|ID", "thread", "index of what may be claimed"), ("ZREM|lane:LANE|MEMBER", "thread", "index of what may be claimed"),
            ("ZREM|lease|ID", "thread", "index of leases"), ("LSET|j:|17|{", "journal", "cannot be read"), ("LTRIM|j:|0|16", "thread", "251 records"), ("HDEL|m:|1", "message", "from 1 on are missing"),
            ("HSET|m:|1|[]", "message", "cannot be read"), ("HSET|o:|1|[]", "effect", "cannot be read"), ("HSET|spent|DIGEST|[]", "budget", "cannot be read"),
        ])
        {
            await database.ExecuteAsync("FLUSHALL");
            await StoreContents.FillAsync(store);
            var (seq, lane) = ((string)(await database.HashGetAsync($"{{drafthorse}}:t:{id}", "seq"))!, (string)(await database.HashGetAsync($"{{drafthorse}}:t:{id}", "lane"))!);
            var digest = (string)(await database.HashKeysAsync("{drafthorse}:spent"))[0]!;
            var words = damage.Split('|');
            var key = $"{{drafthorse}}:{words[1].Replace("LANE", lane, StringComparison.Ordinal)}{(words[1].EndsWith(':') ? id : "")}";
            if (words[0] == "SET")
                await database.KeyDeleteAsync(key);
            await database.ExecuteAsync(words[0], [key, .. words.Skip(2).Select(word => (object)(word switch { "MEMBER" => $"{seq.PadLeft(16, '0')}:{id}", "ID" => id, "DIGEST" => digest, _ => word }))]);

            var report = await new StoreCheck(store).RunAsync(Ct);

            Assert.Contains(report.Findings, finding => finding.Kind == kind && finding.Problem.Contains(says, StringComparison.Ordinal));
            Assert.InRange(report.Total, 1, 4);
        }
    }

    [Fact]
    public async Task Open_RedisOfANewerVersion_IsRefused()
    {
        var server = new RedisServer("--appendonly", "no");
        _opened.Add(server);
        await using (var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}"))
            await connection.GetDatabase().StringSetAsync("{drafthorse}:version", "99");

        var failure = await Assert.ThrowsAsync<ThreadStoreException>(() => ThreadStores.OpenAsync(new StoreAddress(StoreKind.Redis, server.Address), Ct));

        Assert.Equal(ThreadStoreError.NewerVersion, failure.Error);
    }

    /// <summary>What was begun in the old store is finished in the new one, and nothing old is taken for new.</summary>
    private static async Task GoesOnAsync(ThreadStore store, StoreContents contents)
    {
        Assert.Equal(EnqueueOutcome.Duplicate, (await store.EnqueueAsync(StoreContents.Delivery("runs", "r1"), Ct)).Outcome);
        Assert.True(await store.HoldsOutboxAsync(contents.CarriedOut, Ct));
        Assert.True(await store.CompleteOutboxAsync(new OutboxCompletion { Entry = contents.CarriedOut, Result = "{}", Succeeded = true }, Ct));
        await store.RenewAsync(contents.Running, TimeSpan.FromMinutes(1), Ct);
        await store.CommitAsync(new CommitRequest { Lease = contents.Running, Sequence = 2, Consumed = [1, 2], Outbox = [StoreContents.Effect("status"), StoreContents.Effect("new")] }, Ct);
        await store.ReleaseAsync(new ReleaseRequest { Lease = contents.Running, State = ThreadStatus.Done }, Ct);
        var next = await store.ClaimAsync(new ClaimRequest { Owner = "next", Only = contents.Running.ThreadId, EvenIdle = true }, Ct);
        Assert.True(next!.Lease.Token > contents.Running.Token);

        var before = await store.GetSpentAsync("user", Ct);
        await store.SettleAsync("settled", 50m, Ct);
        Assert.Equal(before, await store.GetSpentAsync("user", Ct));
        Assert.True((await StoreContents.ReserveAsync(store, "open \0", 2m)).Granted);
        await store.SettleAsync("open \0", 0.5m, Ct);
        Assert.Equal(before - 1.5m, await store.GetSpentAsync("user", Ct));
        Assert.Equal(ThreadId.FromKey("waits \0 \ufffd"), (await store.ClaimAsync(new ClaimRequest { Owner = "any" }, Ct))?.Lease.ThreadId);
        Assert.Empty((await new StoreCheck(store).RunAsync(Ct)).Findings);
    }

    private async Task<ThreadStore> OpenAsync(string kind)
    {
        switch (Enum.Parse<StoreKind>(kind))
        {
            case StoreKind.Postgres:
                return await OpenAsync(new StoreAddress(StoreKind.Postgres, await postgres.NewDatabaseAsync()));
            case StoreKind.Redis:
                var server = new RedisServer("--appendonly", "no");
                _opened.Add(server);
                return await OpenAsync(new StoreAddress(StoreKind.Redis, server.Address));
            default:
                return await OpenAsync(new StoreAddress(StoreKind.Sqlite, Path.Combine(_files.FullName, $"{Guid.NewGuid():N}.db")));
        }
    }

    private async Task<ThreadStore> OpenAsync(StoreAddress address)
    {
        var store = await ThreadStores.OpenAsync(address, Ct);
        _opened.Add(store);
        return store;
    }
}
