using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>What must be there after a task, however often its server died: everything once.</summary>
internal static class CrashOutcome
{
    public static async Task CheckAsync(CrashWorld world, CrashTask task, CancellationToken cancellationToken)
    {
        await world.RestsAsync(task, cancellationToken);
        var thread = (await world.Store.GetThreadAsync(task.Thread, cancellationToken))!;
        var journal = await world.JournalAsync(task, cancellationToken);

        Assert.True(thread.State == ThreadStatus.Done, $"The thread is {thread.State}:\n{string.Join('\n', journal.Select(record => record.Event))}");
        Assert.Empty(await world.Store.ReadInboxAsync(task.Thread, cancellationToken));
        CheckJournal(thread, journal, world.IsIsolated);
        CheckGitHub(world, task);
        await CheckBranchAsync(world, task, journal, cancellationToken);
    }

    private static void CheckJournal(ThreadRecord thread, IReadOnlyList<JournalRecord> journal, bool isIsolated)
    {
        var events = journal.Select(record => record.Event!).ToList();
        Assert.Equal(Enumerable.Range(0, journal.Count).Select(position => (long)position), journal.Select(record => record.Position));
        Assert.Equal(journal.Count, thread.JournalLength);
        Assert.Single(events.OfType<MessagesTaken>().SelectMany(taken => taken.Messages));
        Assert.Equal("done", Assert.Single(events.OfType<RunFinished>()).Outcome);
        Assert.Equal(6, events.OfType<ModelReplied>().Count());

        // Each call of the model has one result, and one that succeeded or is honestly unknown.
        var calls = events.OfType<ToolStarted>().Select(started => started.ModelCallId).Distinct().ToList();
        Assert.Equal(6, calls.Count);
        Assert.True(!isIsolated || events.OfType<ToolFinished>().All(finished => !finished.IsError), "A sandbox knows what became of each call.");
        Assert.Equal(calls.Order(), events.OfType<ToolFinished>().Select(finished => finished.ModelCallId).Order());

        Assert.All(events.OfType<EffectFinished>(), effect => Assert.True(effect.Succeeded, effect.Result));
        Assert.Single(events.OfType<EffectFinished>(), effect => effect.Effect == Effects.Reply);
        Assert.Single(events.OfType<EffectFinished>(), effect => effect.Effect == Effects.Draft);
        Assert.NotNull(thread.PullRequest);
    }

    private static void CheckGitHub(CrashWorld world, CrashTask task)
    {
        lock (world.GitHub.World.Lock)
        {
            var pull = Assert.Single(world.Repository.PullRequests, pull => pull.Head == task.Branch);
            Assert.True(pull is { Draft: true, State: "open" });
            Assert.Contains($"Fixes #{task.Issue.Number}", pull.Conversation.Body, StringComparison.Ordinal);
            Assert.Empty(pull.Conversation.Comments);

            Assert.Equal(2, task.Issue.Comments.Count);
            var status = Assert.Single(task.Issue.Comments, comment => comment.Body.StartsWith(CrashOutcomeWords.Status, StringComparison.Ordinal));
            Assert.Contains("**Done**", status.Body, StringComparison.Ordinal);
            var reply = Assert.Single(task.Issue.Comments, comment => comment.Body.StartsWith(CrashOutcomeWords.Reply, StringComparison.Ordinal));
            Assert.Contains("**Done.**", reply.Body, StringComparison.Ordinal);
            Assert.Contains($"/pull/{pull.Conversation.Number}", reply.Body, StringComparison.Ordinal);
            Assert.Equal("eyes", Assert.Single(task.Issue.Reactions).Content);
        }
    }

    private static async Task CheckBranchAsync(CrashWorld world, CrashTask task, IReadOnlyList<JournalRecord> journal, CancellationToken cancellationToken)
    {
        Assert.Equal("1", await world.GitAsync(cancellationToken, "rev-list", "--count", $"main..{task.Branch}"));
        Assert.Equal("1", await world.GitAsync(cancellationToken, "rev-list", "--count", "main"));
        Assert.Contains("name=$1", await world.GitAsync(cancellationToken, "show", $"{task.Branch}:greet.sh"), StringComparison.Ordinal);
        Assert.Equal(
            await world.GitAsync(cancellationToken, "rev-parse", task.Branch),
            journal.Select(record => record.Event).OfType<BranchPushed>().Last().Commit);

        var files = (await world.GitAsync(cancellationToken, "diff", "--name-only", $"main...{task.Branch}")).Split('\n');
        if (world.IsIsolated)
        {
            Assert.Equal(["greet.sh", CrashScript.CountFile], files);
            Assert.Equal(CrashScript.CountLine, await world.GitAsync(cancellationToken, "show", $"{task.Branch}:{CrashScript.CountFile}"));
        }
        else if (files.Contains(CrashScript.CountFile))
        {
            // Without a sandbox a command ends with its server, and the model is told so; it never runs twice.
            Assert.Equal(CrashScript.CountLine, await world.GitAsync(cancellationToken, "show", $"{task.Branch}:{CrashScript.CountFile}"));
        }
    }
}

/// <summary>How what code wrote on GitHub begins.</summary>
internal static class CrashOutcomeWords
{
    public const string Status = "<!-- drafthorse:status ";
    public const string Reply = "<!-- drafthorse:reply ";
}
