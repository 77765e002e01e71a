using System.Diagnostics;
using Drafthorse.Demo;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>Servers that are asked to end, or that one thread kills again and again.</summary>
public sealed class ServeRestartedTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("DRAFTHORSE_LONG") is not null;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Terminated_InTheMiddleOfARun_TheNextOneGoesOnAndNothingIsTakenOver() => RunAsync(async (world, cancellationToken) =>
    {
        var first = await world.ServeAsync(cancellationToken);
        var task = world.OpenIssue(DemoProject.IssueTitle);
        Assert.True(await world.DeliverAsync(task, first, cancellationToken));
        await SeesAsync(world, task, record => IsCounted(record.Event), cancellationToken);

        Assert.Equal(0, await first.EndAsync(cancellationToken));
        var left = (await world.Store.GetThreadAsync(task.Thread, cancellationToken))!;
        await world.ServeAsync(cancellationToken);
        await CrashOutcome.CheckAsync(world, task, cancellationToken);

        Assert.Equal((null, ThreadStatus.Queued), (left.Owner, left.State));
        var runs = (await world.JournalAsync(task, cancellationToken)).Select(record => record.Event).OfType<RunStarted>().ToList();
        Assert.Equal([false, false], runs.Select(run => run.TakenOver));
    });

    [Fact]
    public Task HomeIsLost_RestoredFromABackupOfTheMiddleOfRuns_ThreadsGoOnAndNothingIsDoubled() => RunAsync(async (world, cancellationToken) =>
    {
        var first = await world.ServeAsync(cancellationToken);
        var tasks = Enumerable.Range(0, 3).Select(_ => world.OpenIssue(DemoProject.IssueTitle)).ToList();
        foreach (var task in tasks)
            Assert.True(await world.DeliverAsync(task, first, cancellationToken));
        await SeesAsync(world, tasks[0], record => IsCounted(record.Event), cancellationToken);
        var archive = Path.Combine(Path.GetDirectoryName(world.Home)!, "backup.tar.gz");

        await StoreAsync(world, "backup", "--to", archive);
        first.Kill();
        await first.ExitAsync(cancellationToken);
        await world.ReplaceHomeAsync(() => StoreAsync(world, "restore", "--from", archive));
        await world.ServeAsync(cancellationToken);

        // What was in the sandboxes is lost with the home; the recorded model cannot make up for that, and need not: each task ends, and once.
        foreach (var task in tasks)
        {
            await world.RestsAsync(task, cancellationToken);
            var thread = (await world.Store.GetThreadAsync(task.Thread, cancellationToken))!;
            var events = (await world.JournalAsync(task, cancellationToken)).Select(record => record.Event).ToList();
            Assert.Equal(ThreadStatus.Done, thread.State);
            Assert.Single(events.OfType<MessagesTaken>().SelectMany(taken => taken.Messages));
            Assert.Single(events.OfType<RunFinished>());
            lock (world.GitHub.World.Lock)
            {
                Assert.Equal(2, task.Issue.Comments.Count);
                Assert.InRange(world.Repository.PullRequests.Count(pull => pull.Head == task.Branch), 0, 1);
            }
        }
    });

    private static async Task StoreAsync(CrashWorld world, params string[] arguments)
    {
        var start = new ProcessStartInfo(ServeProcess.Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["store", .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in world.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
        await process.WaitForExitAsync(Ct);
        Assert.True(process.ExitCode == 0, $"store {arguments[0]}: {await output} {await errors}");
        Assert.Contains("whole.", await output, StringComparison.Ordinal);
    }

    [Fact]
    public Task Replaced_OneByOneWhileIssuesCome_EachTaskIsDoneOnce() => RunAsync(async (world, cancellationToken) =>
    {
        var tasks = new List<CrashTask>();
        var old = await world.ServeAsync(cancellationToken);
        await OpenAsync(old);
        for (var replacement = 0; replacement < (IsLong ? 6 : 2); replacement++)
        {
            var next = await world.ServeAsync(cancellationToken);
            await OpenAsync(old);
            var ending = old.EndAsync(cancellationToken);
            await OpenAsync(next);
            Assert.Equal(0, await ending);
            old = next;
        }

        foreach (var task in tasks)
            await CrashOutcome.CheckAsync(world, task, cancellationToken);
        Assert.Equal(0, await old.EndAsync(cancellationToken));
        output.WriteLine($"{tasks.Count} tasks");

        async Task OpenAsync(ServeProcess process)
        {
            var task = world.OpenIssue(DemoProject.IssueTitle);
            tasks.Add(task);
            Assert.True(await world.DeliverAsync(task, process, cancellationToken));
        }
    });

    [Fact]
    public Task Killed_InTheMiddleOfAStep_TheNextServerGoesOnAtOnce() => RunAsync(
        async (world, cancellationToken) =>
        {
            var process = await world.ServeAsync(cancellationToken);
            var waits = new List<double>();
            for (var round = 0; round < (IsLong ? 20 : 3); round++)
            {
                var task = world.OpenIssue(DemoProject.IssueTitle);
                Assert.True(await world.DeliverAsync(task, process, cancellationToken));
                await SeesAsync(world, task, record => record.Event is ToolStarted { Tool: "execute" }, cancellationToken);
                process.Kill();
                await process.ExitAsync(cancellationToken);
                var before = (await world.JournalAsync(task, cancellationToken)).Count;

                var started = DateTimeOffset.UtcNow;
                process = await world.ServeAsync(cancellationToken);
                await SeesAsync(world, task, record => record.Position >= before && record.Event is ModelReplied, cancellationToken);
                var after = (await world.JournalAsync(task, cancellationToken)).Where(record => record.Position >= before).ToList();
                var (run, result, answer) = (After<RunStarted>(after, started), After<ToolFinished>(after, started), After<ModelReplied>(after, started));
                waits.Add(answer);
                output.WriteLine($"from the start of the process to the run {run:0.00}, the result of the command {result:0.00}, the next answer of the model (which takes 0.06) {answer:0.00} s");
                await CrashOutcome.CheckAsync(world, task, cancellationToken);
            }

            // All far below the lease of 30 s. What is shipped has no compiler to wait for; the aim itself is held on a machine that others leave alone.
            var most = ServeProcess.Shipped == ServeProcess.Program ? 10 : IsLong ? 1 : 3;
            Assert.All(waits, wait => Assert.InRange(wait, 0, most));
        },
        leaseSeconds: 30);

    [Fact]
    public Task Killed_ByOneThreadEachTime_ItIsParkedAndTheOthersGoOn() => RunAsync(async (world, cancellationToken) =>
    {
        // It dies while the model thinks about its first answer: so it gets nowhere each time.
        await world.WriteModelAsync(CrashScript.Write(seconds: 1, looksAgain: false, firstThinks: 60_000), cancellationToken);
        var process = await world.ServeAsync(cancellationToken);
        var poison = world.OpenIssue(DemoProject.IssueTitle);
        Assert.True(await world.DeliverAsync(poison, process, cancellationToken));
        for (var start = 1; start <= 4; start++)
        {
            await SeesAsync(world, poison, record => record.Event is RunStarted, cancellationToken, start);
            process.Kill();
            await process.ExitAsync(cancellationToken);
            if (start == 4)
                await world.WriteModelAsync(CrashScript.Write(seconds: 1, looksAgain: false), cancellationToken);
            process = await world.ServeAsync(cancellationToken);
        }

        await SeesAsync(world, poison, record => record.Event is EffectFinished { Effect: Effects.Reply }, cancellationToken);
        Assert.Equal(ThreadStatus.Parked, (await world.Store.GetThreadAsync(poison.Thread, cancellationToken))!.State);
        lock (world.GitHub.World.Lock)
        {
            var reply = Assert.Single(poison.Issue.Comments, comment => comment.Body.StartsWith(CrashOutcomeWords.Reply, StringComparison.Ordinal));
            Assert.Contains("started 4 times", reply.Body, StringComparison.Ordinal);
        }

        var other = world.OpenIssue(DemoProject.IssueTitle);
        Assert.True(await world.DeliverAsync(other, process, cancellationToken));
        await CrashOutcome.CheckAsync(world, other, cancellationToken);

        Assert.True(await world.CommentAsync(poison, "@drafthorse try again", process, cancellationToken));
        await SeesAsync(world, poison, record => record.Event is RunFinished { Outcome: "done" }, cancellationToken);
        await world.RestsAsync(poison, cancellationToken);
        Assert.Single(world.Repository.PullRequests, pull => pull.Head == poison.Branch);
    });

    /// <summary>Seconds from a moment to the first event of a kind.</summary>
    private static double After<TEvent>(IEnumerable<JournalRecord> records, DateTimeOffset moment) where TEvent : JournalEvent =>
        (records.First(record => record.Event is TEvent).At - moment).TotalSeconds;

    private static bool IsCounted(JournalEvent? journalEvent) =>
        journalEvent is ToolStarted { Tool: "execute" } started && started.Arguments.Contains(CrashScript.CountFile, StringComparison.Ordinal);

    /// <summary>Waits until so many records of a thread are so.</summary>
    private static async Task SeesAsync(CrashWorld world, CrashTask task, Predicate<JournalRecord> isIt, CancellationToken cancellationToken, int times = 1)
    {
        await foreach (var record in world.Store.FollowJournalAsync(task.Thread, 0, cancellationToken))
        {
            if (isIt(record) && --times == 0)
                return;
        }
    }

    private static async Task RunAsync(Func<CrashWorld, CancellationToken, Task> test, int leaseSeconds = 2)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(Deadline);
        await using var world = await CrashWorld.CreateAsync("bubblewrap", deadline.Token, commandSeconds: 1, leaseSeconds: leaseSeconds);
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
