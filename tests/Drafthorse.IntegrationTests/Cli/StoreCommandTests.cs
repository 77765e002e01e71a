using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.IntegrationTests.Threads.Redis;
using Drafthorse.Tests.Threads.Conformance;
using Microsoft.Data.Sqlite;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary><c>drafthorse store</c>, as a script meets it.</summary>
public sealed class StoreCommandTests : IAsyncLifetime
{
    private readonly CliWorld _world = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string HomeStore => Path.Combine(_world.Home, "drafthorse.db");

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_world.Home);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Check_WholeAndThenDamaged_IsSaidByCodeAndByName()
    {
        await using (var store = Open(HomeStore))
            await StoreContents.FillAsync(store);

        await using var whole = await CliProcess.RunAsync(_world, "store", "check");
        Run(HomeStore, "UPDATE journal SET data = '{' WHERE id & 4294967295 = 17; UPDATE threads SET key = 'run' || char(27) || '[2J', id = x'00112233445566778899aabbccddeeff' WHERE key = 'cancelled'");
        await using var damaged = await CliProcess.RunAsync(_world, "store", "check");
        await using var json = await CliProcess.RunAsync(_world, "store", "check", "--json", "--store", $"sqlite:{HomeStore}");

        whole.Expect(0);
        Assert.Contains("6 threads, 8 messages, 254 journal records, 3 effects, 9 deliveries, 2 budgets, 2 reservations: whole.", whole.Output, StringComparison.Ordinal);
        damaged.Expect(1);
        Assert.Contains($"thread {ThreadId.FromKey("runs")} (runs): journal 17: The record (notice.given) cannot be read.", damaged.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", damaged.Output, StringComparison.Ordinal);
        json.Expect(1);
        var report = Assert.Single(json.Json);
        Assert.Equal(("sqlite", false, 254), (report.GetProperty("kind").GetString(), report.GetProperty("whole").GetBoolean(), report.GetProperty("counts").GetProperty("records").GetInt32()));
        Assert.Contains(report.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("kind").GetString() == "journal" && finding.GetProperty("position").GetString() == "17");
    }

    [Theory]
    [InlineData("There is no thread store", "store", "check")]
    [InlineData("A store's address", "store", "check", "--store", "mysql://me:hush@db/x")]
    [InlineData("is no URL of the form", "store", "check", "--store", "postgres://me:hush@")]
    [InlineData("The variable NOTHING is not set", "store", "check", "--store", "env:NOTHING")]
    [InlineData("cannot be reached", "store", "check", "--store", "redis://:hush@127.0.0.1:1")]
    [InlineData("cannot be reached", "store", "check", "--store", "postgres://me:hush@127.0.0.1:1/threads")]
    [InlineData("There is no thread store", "store", "migrate", "--from", "nowhere.db", "--to", "redis://:hush@127.0.0.1:1")]
    [InlineData("--from", "store", "migrate", "--to", "x.db")]
    public async Task Store_Misused_Is2AndSaysHow(string says, params string[] arguments)
    {
        await using var run = await CliProcess.RunAsync(_world, arguments);

        run.Expect(2);
        Assert.Contains(says.Split('|'), word => run.Errors.Contains(word, StringComparison.Ordinal));
        Assert.DoesNotContain("hush", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_StoreOfANewerVersion_Is2()
    {
        await using (Open(HomeStore))
            Run(HomeStore, "PRAGMA user_version = 99");

        await using var run = await CliProcess.RunAsync(_world, "store", "check");

        run.Expect(2);
        Assert.Contains("newer Drafthorse", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_ToRedisByItsVariable_TellsTheOldSettingWhereTheThreadsAre()
    {
        await using var server = new RedisServer("--appendonly", "no", "--requirepass", "hush-hush");
        _world.Environment["THERE"] = $"redis://:hush-hush@127.0.0.1:{server.Port}";
        await using (var store = Open(HomeStore))
            await StoreContents.FillAsync(store);

        await using var migrate = await CliProcess.RunAsync(_world, "store", "migrate", "--from", HomeStore, "--to", "env:THERE");
        await using var old = await CliProcess.RunAsync(_world, "threads", "list");
        await using var doctor = await CliProcess.RunAsync(_world, "doctor");
        await using var again = await CliProcess.RunAsync(_world, "store", "migrate", "--from", HomeStore, "--to", "env:THERE");
        _world.Environment["REDIS_URL"] = _world.Environment["THERE"];
        await using var now = await CliProcess.RunAsync(_world, "threads", "list");

        migrate.Expect(0);
        Assert.Contains("6 threads, 8 messages, 254 journal records, 3 effects, 9 deliveries, 2 budgets, 2 reservations; read back and equal (SHA-256 ", migrate.Output, StringComparison.Ordinal);
        old.Expect(2);
        Assert.Contains($"were moved to the Redis server at 127.0.0.1:{server.Port}", old.Errors, StringComparison.Ordinal);
        Assert.Contains("FIX store", doctor.Output, StringComparison.Ordinal);
        again.Expect(1);
        now.Expect(0);
        Assert.Contains("owner/repo", now.Output, StringComparison.Ordinal);
        foreach (var process in (CliProcess[])[migrate, old, doctor, again, now])
            Assert.DoesNotContain("hush", process.Output + process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_KilledInTheMiddle_GoesOn()
    {
        const int Threads = 600;
        var target = Path.Combine(_world.Home, "new.db");
        await using var source = Open(HomeStore);
        await StoreContents.FillAsync(source);
        await Parallel.ForEachAsync(Enumerable.Range(0, Threads), Ct, async (number, token) => await source.EnqueueAsync(StoreContents.Delivery($"thread{number}", $"d{number}"), token));
        await using (var there = Open(target))
        {
            await using var killed = CliProcess.Start(_world, "store", "migrate", "--from", HomeStore, "--to", target);
            while ((await there.GetStatusAsync(Ct)).Ready < 20)
                await Task.Yield();
            killed.Signal("KILL");
            await killed.EndAsync();
            Assert.NotEqual(0, killed.ExitCode);
            await Assert.ThrowsAsync<ThreadStoreException>(() => there.EnqueueAsync(StoreContents.Delivery("early", "e"), Ct));
        }

        await using var again = await CliProcess.RunAsync(_world, "store", "migrate", "--from", HomeStore, "--to", target);

        again.Expect(0);
        await using var moved = Open(target);
        Assert.Empty((await new StoreCheck(moved).RunAsync(Ct)).Findings);
        Assert.Equal((await source.GetStatusAsync(Ct)).InboxDepth, (await moved.GetStatusAsync(Ct)).InboxDepth);
        Assert.Equal(EnqueueOutcome.Added, (await moved.EnqueueAsync(StoreContents.Delivery("late", "l"), Ct)).Outcome);
    }

    private static SqliteThreadStore Open(string path) => new(new SqliteThreadStoreOptions { Path = path });

    private static void Run(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
