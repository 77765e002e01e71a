using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.Tests.Threads.Conformance;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Tests.Threads.Archive;

/// <summary>What a check of a store finds.</summary>
public sealed class StoreCheckTests : IDisposable
{
    private readonly SqliteHost _host = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Check_StoreInMemory_IsWhole()
    {
        await using var store = new InMemoryThreadStore();
        await StoreContents.FillAsync(store);

        var report = await new StoreCheck(store).RunAsync(Ct);

        Assert.Empty(report.Findings);
        Assert.Equal((6, 8, 254, 3, 9, 2, 2), (report.Counts.Threads, report.Counts.Messages, report.Counts.Records, report.Counts.Effects, report.Counts.Deliveries, report.Counts.Scopes, report.Counts.Reservations));
    }

    [Fact]
    public async Task Check_Store_IsWholeAndCounted()
    {
        var report = await CheckAsync();

        Assert.Empty(report.Findings);
        Assert.Equal((6, 8, 254, 3, 9, 2, 2), (report.Counts.Threads, report.Counts.Messages, report.Counts.Records, report.Counts.Effects, report.Counts.Deliveries, report.Counts.Scopes, report.Counts.Reservations));
    }

    [Theory]
    [InlineData("UPDATE threads SET origin = '{' WHERE key = 'runs'", "thread", null, "origin")]
    [InlineData("UPDATE threads SET facts = '[1]' WHERE key = 'runs'", "thread", null, "facts")]
    [InlineData("UPDATE threads SET pull_request = 'x' WHERE key = 'runs'", "thread", null, "pull request")]
    [InlineData("UPDATE threads SET key = 'other' WHERE key = 'runs'", "thread", null, "key's")]
    [InlineData("UPDATE threads SET id = x'00' WHERE key = 'runs'", "thread", null, "cannot be read")]
    [InlineData("UPDATE threads SET token = -1 WHERE key = 'cancelled'", "thread", null, "below zero")]
    [InlineData("UPDATE threads SET commit_position = 9999 WHERE key = 'runs'", "thread", null, "does not have|do not have")]
    [InlineData("UPDATE threads SET owner = NULL WHERE key = 'runs'", "thread", null, "without an owner")]
    [InlineData("UPDATE threads SET claim_at = NULL WHERE key LIKE 'waits%'", "thread", null, "may be claimed")]
    [InlineData("UPDATE threads SET outbox_at = NULL WHERE key = 'intake'", "thread", null, "carried out")]
    [InlineData("UPDATE threads SET inbox_depth = 5 WHERE key = 'runs'", "thread", null, "inbox has 5")]
    [InlineData("UPDATE threads SET journal_length = 999 WHERE key = 'runs'", "thread", null, "999 records")]
    [InlineData("UPDATE threads SET inbox_next = 9 WHERE key = 'runs'", "thread", null, "9 messages")]
    [InlineData("UPDATE threads SET outbox_entry = 99 WHERE key = 'runs'", "thread", null, "effect 99")]
    [InlineData("DELETE FROM journal WHERE id & 4294967295 = 17", "journal", "18", "from 17 on are missing")]
    [InlineData("UPDATE journal SET data = '{\"text\":' WHERE id & 4294967295 = 17", "journal", "17", "cannot be read")]
    [InlineData("UPDATE journal SET data = '{\"topic\":5}' WHERE id & 4294967295 = 17", "journal", "17", "cannot be read")]
    [InlineData("UPDATE journal SET data = '{\"token\":99999999999999}' WHERE kind = 'run.started'", "journal", "0", "token")]
    [InlineData("DELETE FROM messages WHERE id & 4294967295 = 1 AND message_id = 'm-r2'", "message", "2", "from 1 on are missing")]
    [InlineData("UPDATE messages SET body = NULL WHERE message_id = 'm-r2'", "message", "1", "no text")]
    [InlineData("UPDATE messages SET body = '{}' WHERE message_id = 'm-r2'", "message", "1", "cannot be read")]
    [InlineData("UPDATE messages SET text_hash = x'00' WHERE message_id = 'm-r2'", "message", "1", "no hash")]
    [InlineData("UPDATE outbox SET attempts = -1 WHERE key = 'reply'", "effect", "2", "below zero")]
    [InlineData("UPDATE deliveries SET thread = 99 WHERE delivery = 'r1'", "delivery", null, "cannot be read")]
    [InlineData("UPDATE spent SET usd = '-1' WHERE scope = 'user'", "budget", "user", "below zero")]
    [InlineData("UPDATE spent SET usd = 'much' WHERE scope = 'user'", "budget", "user", "cannot be read")]
    [InlineData("UPDATE reservations SET usd = '-1' WHERE id = 'settled'", "reservation", null, "below zero")]
    [InlineData("UPDATE reservations SET scopes = 'x' WHERE id = 'settled'", "reservation", null, "cannot be read")]
    public async Task Check_DamagedRow_IsNamed(string damage, string kind, string? position, string says)
    {
        var report = await CheckAsync(damage);

        Assert.Contains(report.Findings, finding => finding.Kind == kind && (position is null || finding.Position == position) && says.Split('|').Any(word => finding.Problem.Contains(word, StringComparison.Ordinal)));
        Assert.InRange(report.Total, 1, 4);
    }

    [Fact]
    public async Task Check_RecordOfANewerBuild_IsNoDamage()
    {
        var report = await CheckAsync("UPDATE journal SET kind = 'thing.happened', version = 3 WHERE id & 4294967295 = 17; UPDATE journal SET version = 9, data = '{\"topic\":5}' WHERE id & 4294967295 = 18");

        Assert.Empty(report.Findings);
    }

    [Fact]
    public async Task Check_StoreThatOthersWorkOn_FindsNothing()
    {
        await using var store = Open();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var working = Enumerable.Range(0, 4).Select(worker => Task.Run(() => WorkAsync(store, worker, stop.Token), Ct)).ToList();

        for (var round = 0; round < 10; round++)
            Assert.Empty((await new StoreCheck(store).RunAsync(Ct)).Findings);

        await stop.CancelAsync();
        await Task.WhenAll(working);
    }

    private static async Task WorkAsync(SqliteThreadStore store, int worker, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            await store.EnqueueAsync(StoreContents.Delivery($"thread{worker}", $"d{number}"), Ct);
            if (await store.ClaimAsync(new ClaimRequest { Owner = $"{worker}", Only = ThreadId.FromKey($"thread{worker}") }, Ct) is not { } claim)
                continue;
            await store.CommitAsync(new CommitRequest { Lease = claim.Lease, Sequence = 1, Consumed = [.. (await store.ReadInboxAsync(claim.Lease.ThreadId, Ct)).Select(entry => entry.Position)], Events = [new NoticeGiven()], Outbox = [StoreContents.Effect("status")] }, Ct);
            await store.ReleaseAsync(new ReleaseRequest { Lease = claim.Lease, State = ThreadStatus.Done }, Ct);
        }
    }

    private async Task<StoreReport> CheckAsync(string? damage = null)
    {
        await using (var store = Open())
            await StoreContents.FillAsync(store);
        if (damage is not null)
        {
            using var connection = new SqliteConnection($"Data Source={_host.Path};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = damage;
            Assert.NotEqual(0, command.ExecuteNonQuery());
        }

        await using var again = Open();
        return await new StoreCheck(again).RunAsync(Ct);
    }

    private SqliteThreadStore Open() => new(new SqliteThreadStoreOptions { Path = _host.Path });
}
