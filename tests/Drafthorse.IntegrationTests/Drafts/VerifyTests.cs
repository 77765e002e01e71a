using Drafthorse.Demo;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>The repository's own commands decide, on a clean checkout of the commit that is pushed.</summary>
public class VerifyTests
{
    private static Dictionary<string, string> Files(string settings) => new(DemoProject.Files) { [".drafthorse.yml"] = settings };

    [Fact]
    public async Task Failures_GoBackTwice_ThenTheDraftSaysPlainlyWhatFails()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([.. Enumerable.Range(1, 3).SelectMany(round => new[] { DraftWorld.Says("", $"echo {round} >> NOTES"), DraftWorld.Says($"All tests pass ({round}).") })]);

        var (pull, journal) = await RunAsync(world);

        var rounds = journal.OfType<VerifyFinished>().ToList();
        Assert.Equal([1, 2, 3], rounds.Select(round => round.Round));
        Assert.All(rounds, round => Assert.False(round.Passed));
        Assert.Equal(await world.GitAsync("rev-parse", pull.Head), rounds[^1].Commit);
        Assert.Contains("| ` sh test.sh ` | **failed** (exit 1) |", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.Contains("FAIL: expected", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.Contains("Verify failed: `sh test.sh` failed (exit code 1).", world.Reply(world.Repository.Issues[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_MendedInTheSecondRound_Passes()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", "echo 1 > NOTES"), DraftWorld.Says("Done."), DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("Now it is.")]);

        var (pull, journal) = await RunAsync(world);

        Assert.Equal([false, true], journal.OfType<VerifyFinished>().Select(round => round.Passed));
        Assert.Contains("| ` sh test.sh ` | passed |", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.Contains("Code checked your work on a clean checkout", Assert.Single(journal.OfType<NoticeGiven>()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileThatIsNotInTheCommit_IsMissed()
    {
        await using var world = await DraftWorld.CreateAsync(new Dictionary<string, string>(Files("maxFixRounds: 0\nverify: [test -f built]\n")) { [".gitignore"] = "built\n" });
        await world.ServeAsync([DraftWorld.Says("", "touch built; echo 1 > NOTES; test -f built"), DraftWorld.Says("It is there.")]);

        var (pull, _) = await RunAsync(world);

        Assert.Contains("| ` test -f built ` | **failed** (exit 1) |", pull.Conversation.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_PreparesBothCheckouts()
    {
        await using var world = await DraftWorld.CreateAsync(new Dictionary<string, string>(Files("setup: [echo ready > built]\nverify: [grep ready built]\n")) { [".gitignore"] = "built\n" });
        await world.ServeAsync([DraftWorld.Says("", "cat built > NOTES"), DraftWorld.Says("Done.")]);

        var (pull, _) = await RunAsync(world);

        Assert.Equal("ready", await world.GitAsync("show", $"{pull.Head}:NOTES"));
        Assert.Contains("| ` grep ready built ` | passed |", pull.Conversation.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "ready\nready")]
    [InlineData(false, "ready")]
    public async Task Setup_CutOffByADyingHost_IsDoneByTheNextRun(bool isCutOff, string built)
    {
        await using var world = await DraftWorld.CreateAsync(new Dictionary<string, string>(Files("setup: [echo ready >> built]\n")) { [".gitignore"] = "built\n" });
        await world.ServeAsync([DraftWorld.Says("", "cat built > NOTES"), DraftWorld.Says("Done."), DraftWorld.Says("", "cat built > NOTES2"), DraftWorld.Says("Done again.")]);
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));
        var mark = Directory.GetFiles(world.CheckoutsPath, "drafthorse-set-up", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Single();

        if (isCutOff)
            File.Delete(mark);
        await world.CommentAsync(issue, "@drafthorse once more");
        await world.RestsAsync(world.ThreadOf(issue), runs: 2);

        Assert.Equal(built, await world.GitAsync("show", $"{world.Repository.PullRequests.Single().Head}:NOTES2"));
        Assert.True(File.Exists(mark));
    }

    [Fact]
    public async Task CommandThatHangs_IsStopped_AndOneThatPrintsForEverToo_AndTheDraftSaysSo()
    {
        await using var world = await DraftWorld.CreateAsync(Files("maxFixRounds: 1\nverify: [\"test -f NOTES2 || exec sleep 300\", \"yes for ever\"]\n"));
        await world.ServeAsync(
            [DraftWorld.Says("", "echo 1 > NOTES"), DraftWorld.Says("Done."), DraftWorld.Says("", "echo 2 > NOTES2"), DraftWorld.Says("Done again.")], commandTimeout: TimeSpan.FromSeconds(3));

        var (pull, journal) = await RunAsync(world);

        var rounds = journal.OfType<VerifyFinished>().ToList();
        Assert.Null(Assert.Single(rounds[0].Results).ExitCode);
        Assert.Equal([0, null], rounds[1].Results.Select(result => result.ExitCode));
        Assert.All(rounds, round => Assert.InRange(round.Results[^1].OutputTail.Length, 0, 5_000));
        Assert.Contains("| ` yes for ever ` | **did not end** |", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.True(pull.Conversation.Body!.Length < 20_000);
    }

    [Fact]
    public async Task CommandThatChangesTheTree_ChangesNothingThatIsPushed()
    {
        await using var world = await DraftWorld.CreateAsync(Files(
            "maxFixRounds: 1\nverify: [\"echo changed > greet.sh; mkdir d; touch d/f; chmod 0 d; git commit -qam changed; git checkout -q -b other\", \"test -f NOTES2\"]\n"));
        await world.ServeAsync([DraftWorld.Says("", "echo 1 > NOTES"), DraftWorld.Says("Done."), DraftWorld.Says("", "echo 2 > NOTES2"), DraftWorld.Says("Done again.")]);

        var (pull, journal) = await RunAsync(world);

        Assert.True(journal.OfType<VerifyFinished>().Last().Passed);
        Assert.Equal(DemoProject.Files["greet.sh"].TrimEnd(), await world.GitAsync("show", $"{pull.Head}:greet.sh"));
        Assert.Equal(2, (await world.GitAsync("for-each-ref", "--format=%(refname)", "refs/heads")).Split('\n').Length);
    }

    private static async Task<(StandInPullRequest Pull, IReadOnlyList<JournalEvent> Journal)> RunAsync(DraftWorld world)
    {
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        Assert.Equal(ThreadStatus.Done, thread.State);
        return (Assert.Single(world.Repository.PullRequests), await world.JournalAsync(thread.Id));
    }
}
