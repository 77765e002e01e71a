using Drafthorse.Demo;
using Drafthorse.Harness.Threads;
using Drafthorse.IntegrationTests.Threads.Postgres;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>Servers on several machines that share one PostgreSQL database.</summary>
public sealed class ReplicaTests(PostgresServer postgres)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task TwoReplicas_IssuesToEither_AreDoneOnceEach() => RunAsync(async (world, cancellationToken) =>
    {
        ServeProcess[] replicas = [await world.ServeAsync(cancellationToken), await world.ServeAsync(cancellationToken, "other")];
        var tasks = new List<CrashTask>();
        for (var number = 0; number < 4; number++)
        {
            var task = world.OpenIssue(DemoProject.IssueTitle);
            tasks.Add(task);
            Assert.True(await world.DeliverAsync(task, replicas[number % 2], cancellationToken));
            Assert.True(await world.DeliverAsync(task, replicas[(number + 1) % 2], cancellationToken));
        }

        foreach (var task in tasks)
            await CrashOutcome.CheckAsync(world, task, cancellationToken);
    });

    [Fact]
    public Task OneReplicaKilled_InTheMiddleOfAStep_TheOtherGoesOnAndSaysWhatIsLost() => RunAsync(async (world, cancellationToken) =>
    {
        var first = await world.ServeAsync(cancellationToken);
        var task = world.OpenIssue(DemoProject.IssueTitle);
        Assert.True(await world.DeliverAsync(task, first, cancellationToken));
        await foreach (var record in world.Store.FollowJournalAsync(task.Thread, 0, cancellationToken))
        {
            if (record.Event is ToolStarted { Tool: "execute" })
                break;
        }

        var second = await world.ServeAsync(cancellationToken, "other");
        first.Kill();
        await first.ExitAsync(cancellationToken);
        await world.RestsAsync(task, cancellationToken);

        var journal = (await world.JournalAsync(task, cancellationToken)).Select(record => record.Event).ToList();
        Assert.Equal(2, journal.OfType<RunStarted>().Count());
        Assert.Single(journal.OfType<MessagesTaken>().SelectMany(taken => taken.Messages));

        // The sandbox died with its server's home; the work in it was not pushed.
        Assert.Contains("nothing was pushed", Assert.Single(journal.OfType<NoticeGiven>(), notice => notice.Topic == "lost-effects").Text, StringComparison.Ordinal);
        Assert.Single(journal.OfType<RunFinished>());
        lock (world.GitHub.World.Lock)
            Assert.Single(task.Issue.Comments, comment => comment.Body.StartsWith(CrashOutcomeWords.Reply, StringComparison.Ordinal));
        Assert.Equal(0, await second.EndAsync(cancellationToken));
    });

    private async Task RunAsync(Func<CrashWorld, CancellationToken, Task> test)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(Deadline);
        await using var world = await CrashWorld.CreateAsync("bubblewrap", deadline.Token, commandSeconds: 1, database: await postgres.NewDatabaseAsync());
        try
        {
            await test(world, deadline.Token);
        }
        catch (Exception exception) when (!Ct.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{exception.Message}\n{world.Logs()}", exception);
        }
    }
}
