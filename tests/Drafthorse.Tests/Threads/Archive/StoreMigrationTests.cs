using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.Harness.Threads.Migration;
using Drafthorse.Tests.Threads.Conformance;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Tests.Threads.Archive;

/// <summary>Threads that move from file to file; the integration tests move them between all kinds.</summary>
public sealed class StoreMigrationTests : IAsyncLifetime
{
    private readonly SqliteHost _one = new();
    private readonly SqliteHost _two = new();
    private SqliteThreadStore _from = null!;
    private SqliteThreadStore _to = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        (_from, _to) = (Open(_one), Open(_two));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _from.DisposeAsync();
        await _to.DisposeAsync();
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public async Task Migrate_ThreadsThatAreWrittenToTheLastMoment_AreAllThere()
    {
        await StoreContents.FillAsync(_from);
        var accepted = new int[4];
        var senders = Enumerable.Range(0, accepted.Length).Select(sender => Task.Run(
            async () =>
            {
                while (true)
                {
                    try
                    {
                        await _from.EnqueueAsync(StoreContents.Delivery($"thread{sender}:{accepted[sender] % 20}", $"d{accepted[sender]}"), Ct);
                        Interlocked.Increment(ref accepted[sender]);
                    }
                    catch (ThreadStoreException exception)
                    {
                        return exception;
                    }
                }
            },
            Ct)).ToList();
        while (accepted.Any(count => Volatile.Read(ref count) < 30))
            await Task.Yield();

        await MigrateAsync();

        var refusals = await Task.WhenAll(senders);
        Assert.All(refusals, refusal => Assert.Equal(ThreadStoreError.Moved, refusal.Error));
        Assert.Contains(_two.Path, refusals[0].Message, StringComparison.Ordinal);
        Assert.Equal(accepted.Sum() + 4, (await _to.GetStatusAsync(Ct)).InboxDepth);
        Assert.Empty((await new StoreCheck(_to).RunAsync(Ct)).Findings);
        Assert.Equal(EnqueueOutcome.Duplicate, (await _to.EnqueueAsync(StoreContents.Delivery("thread0:0", "d0"), Ct)).Outcome);
    }

    [Fact]
    public async Task Migrate_TargetWithThreads_IsRefusedAndBothGoOn()
    {
        await _from.EnqueueAsync(StoreContents.Delivery("one", "d1"), Ct);
        await _to.EnqueueAsync(StoreContents.Delivery("two", "d1"), Ct);

        Assert.Contains("threads of its own", (await Assert.ThrowsAsync<MigrationException>(MigrateAsync)).Message, StringComparison.Ordinal);

        await AcceptsAsync(_from);
        await AcceptsAsync(_to);
    }

    [Fact]
    public async Task Migrate_OneStoreByTwoAddresses_IsRefusedAndItGoesOn()
    {
        await using var same = Open(_one);

        Assert.Contains("same store", (await Assert.ThrowsAsync<MigrationException>(() => new StoreMigration(_from, same, TimeProvider.System).RunAsync(Ct))).Message, StringComparison.Ordinal);

        await AcceptsAsync(_from);
    }

    [Fact]
    public async Task Migrate_Again_SaysThatItIsDone()
    {
        await StoreContents.FillAsync(_from);
        await MigrateAsync();

        Assert.Contains("before", (await Assert.ThrowsAsync<MigrationException>(MigrateAsync)).Message, StringComparison.Ordinal);
        Assert.Contains("nothing to abandon", (await Assert.ThrowsAsync<MigrationException>(() => new StoreMigration(_from, _to, TimeProvider.System).AbandonAsync(Ct))).Message, StringComparison.Ordinal);
        await AcceptsAsync(_to);
    }

    [Fact]
    public async Task Migrate_CutOffBeforeTheSourceWasClosed_GoesOn()
    {
        await StoreContents.FillAsync(_from);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new StoreMigration(_from, _to, TimeProvider.System, _ => cut.Cancel()).RunAsync(cut.Token));
        Assert.Contains("is being filled", (await Assert.ThrowsAsync<ThreadStoreException>(() => AcceptsAsync(_to))).Message, StringComparison.Ordinal);
        await AcceptsAsync(_from);

        // What was copied may have changed, and an effect that was there may be done.
        var effect = (await _from.ClaimOutboxAsync(TimeSpan.FromMinutes(1), ThreadId.FromKey("intake"), Ct))!;
        await _from.CompleteOutboxAsync(new OutboxCompletion { Entry = effect, Result = "", Succeeded = true }, Ct);
        await _from.EnqueueAsync(StoreContents.Delivery("intake", "i2") with { Outbox = [StoreContents.Effect("ack")] }, Ct);

        await MigratesAsync();
    }

    [Fact]
    public async Task Migrate_KilledWhenTheSourceWasClosed_GoesOn()
    {
        await StoreContents.FillAsync(_from);
        await _to.ExchangeMarkAsync(StoreClosure.Mark, null, new StoreClosure(ClosureReason.Filling, _from.Place).Write(), Ct);
        await _from.ExchangeMarkAsync(StoreClosure.Mark, null, new StoreClosure(ClosureReason.Moved, _to.Place).Write(), Ct);
        await _to.ImportAsync([new StoredThread((await _from.FindRowAsync(ThreadId.FromKey("runs"), Ct))!)], Ct);

        await MigratesAsync();
    }

    [Fact]
    public async Task Abandon_KilledWhenTheSourceWasClosed_OpensItAndNotTheTarget()
    {
        await _to.ExchangeMarkAsync(StoreClosure.Mark, null, new StoreClosure(ClosureReason.Filling, _from.Place).Write(), Ct);
        await _from.ExchangeMarkAsync(StoreClosure.Mark, null, new StoreClosure(ClosureReason.Moved, _to.Place).Write(), Ct);

        await new StoreMigration(_from, _to, TimeProvider.System).AbandonAsync(Ct);

        await AcceptsAsync(_from);
        await Assert.ThrowsAsync<ThreadStoreException>(() => AcceptsAsync(_to));
    }

    [Fact]
    public async Task Migrate_FillingFromAnotherStore_IsRefused()
    {
        await _to.ExchangeMarkAsync(StoreClosure.Mark, null, new StoreClosure(ClosureReason.Filling, "the SQLite file /other").Write(), Ct);

        Assert.Contains("/other", (await Assert.ThrowsAsync<MigrationException>(MigrateAsync)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE reservations SET scopes = 'x'", "reservations|A row 1 ")]
    [InlineData("UPDATE threads SET id = x'00' WHERE key = 'runs'", "Thread 1 cannot be read")]
    public async Task Migrate_DamagedRow_IsNamedAndTheSourceGoesOn(string damage, string says)
    {
        await StoreContents.FillAsync(_from);
        Run(_one, damage);

        var failure = await Assert.ThrowsAsync<MigrationException>(MigrateAsync);

        Assert.Contains(says.Split('|'), word => failure.Message.Contains(word, StringComparison.Ordinal));
        await AcceptsAsync(_from);
    }

    [Theory]
    [InlineData("CREATE TRIGGER spoil AFTER INSERT ON journal BEGIN UPDATE journal SET data = '{}' WHERE id = NEW.id; END", "differs")]
    [InlineData("CREATE TRIGGER spoil AFTER INSERT ON outbox BEGIN UPDATE outbox SET payload = '{}' WHERE id = NEW.id; END", "differs")]
    [InlineData("CREATE TRIGGER spoil AFTER INSERT ON spent BEGIN UPDATE spent SET usd = '0' WHERE scope = NEW.scope; END", "spending")]
    [InlineData("CREATE TRIGGER spoil AFTER INSERT ON deliveries BEGIN DELETE FROM deliveries WHERE id = NEW.id; END", "deliveries")]
    [InlineData("CREATE TRIGGER spoil AFTER UPDATE ON threads BEGIN UPDATE threads SET token = 1 WHERE seq = NEW.seq; END", "differs")]
    public async Task Migrate_TargetThatGivesBackSomethingElse_IsRefusedAndTheSourceGoesOn(string spoil, string says)
    {
        await StoreContents.FillAsync(_from);
        Run(_two, spoil);
        if (spoil.Contains("UPDATE ON threads", StringComparison.Ordinal))
            Run(_two, "CREATE TRIGGER spoil2 AFTER INSERT ON threads BEGIN UPDATE threads SET token = 1 WHERE seq = NEW.seq; END");

        Assert.Contains(says, (await Assert.ThrowsAsync<MigrationException>(MigrateAsync)).Message, StringComparison.Ordinal);

        await AcceptsAsync(_from);
        await Assert.ThrowsAsync<ThreadStoreException>(() => AcceptsAsync(_to));
    }

    [Fact]
    public async Task Delivery_NamedLikeADigest_IsNotTakenForTheOneItIsOf()
    {
        await _from.EnqueueAsync(StoreContents.Delivery("thread", StoreDigests.NameFor(StoreDigests.Of("d1"))), Ct);
        await MigrateAsync();

        Assert.Equal(EnqueueOutcome.Added, (await _to.EnqueueAsync(StoreContents.Delivery("thread", "d1", "other") with { Message = new InboxMessage { Id = "m", Sender = "ada", Text = "x" } }, Ct)).Outcome);
        Assert.Equal(EnqueueOutcome.Duplicate, (await _to.EnqueueAsync(StoreContents.Delivery("thread", StoreDigests.NameFor(StoreDigests.Of("d1"))), Ct)).Outcome);
    }

    private async Task MigratesAsync()
    {
        var before = await StoreContents.ReadAsync(_from);

        await MigrateAsync();

        Assert.Equal(before, await StoreContents.ReadAsync(_to));
        Assert.Empty((await new StoreCheck(_to).RunAsync(Ct)).Findings);
        await AcceptsAsync(_to);
    }

    private Task<(StoreCounts Counts, string Digest)> MigrateAsync() => new StoreMigration(_from, _to, TimeProvider.System).RunAsync(Ct);

    private static Task<EnqueueResult> AcceptsAsync(SqliteThreadStore store) => store.EnqueueAsync(StoreContents.Delivery("new", $"{Guid.NewGuid()}"), Ct);

    private static SqliteThreadStore Open(SqliteHost host) => new(new SqliteThreadStoreOptions { Path = host.Path });

    private static void Run(SqliteHost host, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={host.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
