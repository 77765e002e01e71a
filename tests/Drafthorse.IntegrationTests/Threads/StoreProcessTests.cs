using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Microsoft.Data.Sqlite;

namespace Drafthorse.IntegrationTests.Threads;

public sealed class StoreProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drafthorse-store-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(_directory, "drafthorse.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Killed_AtRandom_EveryAnsweredOperationIsThereOnce()
    {
        List<string> answered = [];
        for (var round = 0; round < 10; round++)
        {
            await using var process = StoreProcess.Start("work", Database, $"r{round}");
            for (var lines = Random.Shared.Next(1, 400); lines > 0; lines--)
            {
                answered.Add((await process.ReadLineAsync(Ct))!);
            }

            process.Kill();
            answered.AddRange(await process.ReadRestAsync(Ct));
        }

        Assert.Equal("ok", IntegrityCheck());
        await CheckAsync(answered);
    }

    [Fact]
    public async Task TwoProcesses_OnOneFile_LoseAndDoubleNothing()
    {
        await using var first = StoreProcess.Start("work", Database, "first");
        await using var second = StoreProcess.Start("work", Database, "second");

        var answered = (await Task.WhenAll(ReadAsync(first), ReadAsync(second))).SelectMany(lines => lines).ToList();

        await CheckAsync(answered);
        Assert.Contains(answered, line => line.StartsWith("consumed first", StringComparison.Ordinal));
        Assert.Contains(answered, line => line.StartsWith("consumed second", StringComparison.Ordinal));

        static async Task<List<string>> ReadAsync(StoreProcess process)
        {
            List<string> lines = [];
            while (lines.Count < 2000)
            {
                lines.Add((await process.ReadLineAsync(Ct))!);
            }

            process.Kill();
            lines.AddRange(await process.ReadRestAsync(Ct));
            return lines;
        }
    }

    [Fact]
    public async Task Frozen_PastItsLease_TheZombieIsRefused()
    {
        await using var store = Open();
        var id = (await store.EnqueueAsync(Delivery("test:zombie", "m1"), Ct)).ThreadId;
        await using var zombie = StoreProcess.Start("hold", Database, "test:zombie", "500");
        var token = (await zombie.ReadLineAsync(Ct))!;
        await zombie.FreezeAsync(Ct);

        var claim = await ClaimAsync(store);
        await store.CommitAsync(
            new CommitRequest { Lease = claim.Lease, Sequence = 1, Consumed = [0], Events = [new NoticeGiven { Text = "successor" }] }, Ct);
        await zombie.ThawAsync(Ct);
        zombie.Tell("commit");

        Assert.Equal("refused", await zombie.ReadLineAsync(Ct));
        Assert.True(claim.TakenOver);
        Assert.True(claim.Lease.Token > long.Parse(token.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        var record = Assert.Single(await store.ReadJournalAsync(id, 0, 10, Ct));
        Assert.Equal("successor", Assert.IsType<NoticeGiven>(record.Event).Text);
    }

    [Fact]
    public async Task OtherProcessWrites_WaitersHereAreWoken()
    {
        await using var store = Open();
        var wait = store.WaitForChangeAsync(null, TimeSpan.FromMinutes(5), Ct);

        await using var process = StoreProcess.Start("work", Database, "other");

        await wait.WaitAsync(TimeSpan.FromSeconds(60), Ct);
    }

    private static EnqueueRequest Delivery(string key, string id) => new()
    {
        ThreadKey = key,
        Origin = new ThreadOrigin { Channel = "test", User = "ann" },
        DeliveryId = id,
        Message = new InboxMessage { Id = id, Version = 1, Sender = "ann", Text = id },
    };

    private static async Task<Claim> ClaimAsync(SqliteThreadStore store)
    {
        while (true)
        {
            var change = store.WaitForChangeAsync(null, TimeSpan.FromSeconds(5), Ct);
            if (await store.ClaimAsync(new ClaimRequest { Owner = "successor" }, Ct) is { } claim)
            {
                return claim;
            }

            await change;
        }
    }

    private async Task CheckAsync(List<string> answered)
    {
        await using var store = Open();
        Dictionary<string, int> waiting = [], consumed = [];
        for (var sender = 0; sender < 8; sender++)
        {
            var id = ThreadId.FromKey($"test:{sender}");
            foreach (var entry in await store.ReadInboxAsync(id, Ct))
            {
                waiting[entry.Message.Id] = waiting.GetValueOrDefault(entry.Message.Id) + 1;
            }

            var length = 0L;
            while (await store.ReadJournalAsync(id, length, 500, Ct) is { Count: > 0 } records)
            {
                Assert.Equal(Enumerable.Range(0, records.Count).Select(i => length + i), records.Select(record => record.Position));
                length += records.Count;
                foreach (var entry in records.SelectMany(record => ((MessagesTaken)record.Event!).Messages))
                {
                    consumed[entry.Message.Id] = consumed.GetValueOrDefault(entry.Message.Id) + 1;
                }
            }

            Assert.Equal(length, (await store.GetThreadAsync(id, Ct))?.JournalLength ?? 0);
        }

        Assert.All(waiting.Values.Concat(consumed.Values), count => Assert.Equal(1, count));
        Assert.Empty(waiting.Keys.Intersect(consumed.Keys));
        Assert.All(answered.Where(line => line.StartsWith("enqueued", StringComparison.Ordinal)), line =>
            Assert.True(waiting.ContainsKey(line.Split(' ')[1]) || consumed.ContainsKey(line.Split(' ')[1]), line));
        Assert.All(answered.Where(line => line.StartsWith("consumed", StringComparison.Ordinal)), line => Assert.True(consumed.ContainsKey(line.Split(' ')[1]), line));
    }

    private SqliteThreadStore Open() => new(new SqliteThreadStoreOptions { Path = Database });

    private string IntegrityCheck()
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }
}
