using System.Globalization;
using Drafthorse.Demo;
using Drafthorse.Harness.Threads;
using Drafthorse.IntegrationTests.Sandboxes;
using Drafthorse.IntegrationTests.Threads.Postgres;
using Drafthorse.IntegrationTests.Threads.Redis;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>SIGKILL of the real server at random moments of the demo's task. <c>DRAFTHORSE_LONG=1</c> for the long form,
/// <c>DRAFTHORSE_SEED=N</c> to repeat one.</summary>
public sealed class ServeKilledTests(DockerEngineFixture docker, PostgresServer postgres, ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("DRAFTHORSE_LONG") is not null;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task KilledAtRandom_InBubblewrap_EverythingIsThereOnce() => RunAsync("bubblewrap", IsLong ? 50 : 5, null);

    [Fact]
    public Task KilledAtRandom_Local_EverythingIsThereOnce() => RunAsync("local", IsLong ? 15 : 2, null);

    [Fact]
    public async Task KilledAtRandom_InDocker_EverythingIsThereOnce() => await RunAsync("docker", IsLong ? 15 : 2, await docker.GetAsync());

    [Fact]
    public async Task KilledAtRandom_OnPostgres_EverythingIsThereOnce() => await RunAsync("bubblewrap", IsLong ? 15 : 3, null, await postgres.NewDatabaseAsync());

    [Fact]
    public async Task KilledAtRandom_OnRedis_EverythingIsThereOnce()
    {
        await using var redis = new RedisServer();
        await RunAsync("bubblewrap", IsLong ? 15 : 3, null, redis.Address);
    }

    private async Task RunAsync(string sandbox, int rounds, Uri? engine, string? database = null)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DRAFTHORSE_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next(1_000_000);
        output.WriteLine($"DRAFTHORSE_SEED={seed}");
        await using var world = await CrashWorld.CreateAsync(sandbox, Ct, engine, database: database);
        var process = await world.ServeAsync(Ct);
        var kills = 0;
        for (var round = 0; round < rounds; round++)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            deadline.CancelAfter(Deadline);
            var history = new List<string>();
            try
            {
                process = await RunOneAsync(world, process, new Random(seed + round), history, deadline.Token);
            }
            catch (Exception exception) when (!Ct.IsCancellationRequested)
            {
                throw new InvalidOperationException($"Round {round} of seed {seed}, killed at [{string.Join("; ", history)}]: {exception.Message}\n{world.Logs()}", exception);
            }

            kills += history.Count;
            output.WriteLine($"round {round}: {string.Join("; ", history)}");
        }

        var exitCode = await process.EndAsync(Ct);
        Assert.True(exitCode == 0, $"serve ended with {exitCode}:\n{world.Logs()}");
        output.WriteLine($"{rounds} tasks, {kills} kills");
        Assert.True(!IsLong || kills >= rounds / 2, $"Only {kills} kills hit {rounds} tasks.");
    }

    /// <summary>One issue from webhook to draft, through up to three kills. Returns the process that lives at its end.</summary>
    private static async Task<ServeProcess> RunOneAsync(CrashWorld world, ServeProcess process, Random random, List<string> history, CancellationToken cancellationToken)
    {
        var task = world.OpenIssue(DemoProject.IssueTitle);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        KillTrigger? trigger = null;
        world.GitHub.OnRequest = call => Volatile.Read(ref trigger)?.Signal(KillSignal.ApiCall, call);
        world.Remote.OnRequest = request => Volatile.Read(ref trigger)?.Signal(KillSignal.GitRequest, request);
        var followed = FollowAsync(world, task, record => Volatile.Read(ref trigger)?.Signal(KillSignal.JournalEvent, record.Kind), following.Token);

        var accepted = false;
        for (var left = random.Next(1, 4); ; left--)
        {
            using var armed = left > 0 ? new KillTrigger(KillPlan.Draw(random, !accepted), process) : null;
            Volatile.Write(ref trigger, armed);
            if (!accepted)
            {
                var delivering = world.DeliverAsync(task, process, cancellationToken);
                armed?.Signal(KillSignal.Webhook, "webhook");
                accepted = await delivering;
            }

            if (armed is null)
                break;

            // It may be killed just after the task came to rest: what counts is whether it lives when nothing can kill it any more.
            if (accepted)
                await Task.WhenAny(armed.Killed, world.RestsAsync(task, cancellationToken));
            if (accepted && !armed.Disarm())
                break;
            history.Add(await armed.Killed.WaitAsync(cancellationToken));
            await process.ExitAsync(cancellationToken);
            process = await world.ServeAsync(cancellationToken);
        }

        await CrashOutcome.CheckAsync(world, task, cancellationToken);
        await following.CancelAsync();
        await followed;
        return process;
    }

    private static async Task FollowAsync(CrashWorld world, CrashTask task, Action<JournalRecord> seen, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var record in world.Store.FollowJournalAsync(task.Thread, 0, cancellationToken))
                seen(record);
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }
    }
}
