using Drafthorse.Demo;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>What a repository's build needs beside it is there before the first command, and gone after the run.</summary>
public class ServiceTests
{
    private static Dictionary<string, string> Files(string settings) => new(DemoProject.Files) { [".drafthorse.yml"] = settings };

    [Fact]
    public async Task Services_AreReadyBeforeTheFirstCommand_EndWithTheRun_AndStartWithTheNext()
    {
        await using var world = await DraftWorld.CreateAsync(Files("""
            services:
              - name: db
                command: 'echo booting; sleep 0.2; echo "$WORD" >> $HOME/up; exec tail -f /dev/null'
                ready: cat /proc/[0-9]*/comm | grep -q '^tail$'
                environment: {WORD: up}
            verify: ['grep -q up $HOME/up', sh test.sh]
            """));
        await world.ServeAsync([
            DraftWorld.Says("", "cat $HOME/up; sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("Done."),
            DraftWorld.Says("", "echo started $(wc -l < $HOME/up) times, $(cat /proc/[0-9]*/comm | grep -c '^tail$') runs"), DraftWorld.Says("Seen."),
        ], "bubblewrap");
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));
        var first = await world.JournalAsync(world.ThreadOf(issue));
        await world.CommentAsync(issue, "@drafthorse how often was it started?");
        await world.RestsAsync(world.ThreadOf(issue), runs: 2);

        var told = Assert.Single(first.OfType<NoticeGiven>(), notice => notice.Topic == "services");
        Assert.Matches("db \\(id service-db:[0-9a-f]{8}\\) is ready", told.Text);
        Assert.True(first.OfType<VerifyFinished>().Last().Passed);
        Assert.DoesNotContain("background command", string.Join('\n', first.OfType<NoticeGiven>().Select(notice => notice.Text)), StringComparison.Ordinal);
        var second = (await world.JournalAsync(world.ThreadOf(issue))).Skip(first.Count).ToList();
        Assert.Contains("started 2 times, 1 runs", string.Concat(second.OfType<ToolFinished>().SelectMany(finished => finished.Content).Select(block => block.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatDies_IsToldWithWhatItPrinted_AndTheRunGoesOn()
    {
        await using var world = await DraftWorld.CreateAsync(Files("""
            services:
              - name: db
                command: 'echo no room for the data; exit 3'
                ready: 'false'
            verify: [sh test.sh]
            """));
        await world.ServeAsync([DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("Done.")], "bubblewrap");
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        await world.RestsAsync(world.ThreadOf(issue));

        var told = Assert.Single((await world.JournalAsync(world.ThreadOf(issue))).OfType<NoticeGiven>(), notice => notice.Topic == "services");
        Assert.Contains("ended with exit code 3", told.Text, StringComparison.Ordinal);
        Assert.Contains("no room for the data", told.Output, StringComparison.Ordinal);
        Assert.Single(world.Repository.PullRequests);
    }
}
