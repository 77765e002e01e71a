using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>What a person has to see waits with its reasons, the rest is in the draft; both answers, over the real server.</summary>
public class HeldPushTests
{
    private static readonly string Key = "ghp_" + "q8Zr2LxV9tNw4KbYs7HdG3fJm6PcTaUe5RoX";

    private static readonly string Work =
        $"mkdir -p .github/workflows; echo 'on: push' > .github/workflows/ci.yml; echo 'TOKEN={Key}' > deploy.env; printf 'a\\0b' > logo.bin; for i in $(seq 10); do echo $i > file$i.txt; done";

    [Fact]
    public async Task Approved_ItComes()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var (issue, approval) = await HoldAsync(world);

        await world.CommentAsync(issue, $"@drafthorse approve {approval.ShortHash}");
        var thread = await world.RestsAsync(world.ThreadOf(issue), runs: 2);

        Assert.Equal(ThreadStatus.Done, thread.State);
        var files = (await world.GitAsync("ls-tree", "-r", "--name-only", thread.Facts.Branch!)).Split('\n');
        Assert.Subset(files.ToHashSet(), new HashSet<string> { ".github/workflows/ci.yml", "deploy.env", "logo.bin", "file1.txt", "file10.txt" });
        Assert.Equal(thread.Facts.PushedCommit, await world.GitAsync("rev-parse", thread.Facts.Branch!));
        Assert.Single(world.Repository.PullRequests);

        await world.CommentAsync(issue, "@drafthorse and now one more");
        thread = await world.RestsAsync(thread.Id, runs: 3);
        Assert.Equal(ThreadStatus.Done, thread.State);
        Assert.Contains("more.txt", await world.GitAsync("ls-tree", "-r", "--name-only", thread.Facts.Branch!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_TheReplySaysSo_AndItIsGone()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        var (issue, approval) = await HoldAsync(world);
        var pushed = (await world.Store.GetThreadAsync(world.ThreadOf(issue), TestContext.Current.CancellationToken))!.Facts.PushedCommit;

        await world.CommentAsync(issue, $"@drafthorse reject {approval.ShortHash} no keys here");
        var thread = await world.RestsAsync(world.ThreadOf(issue), runs: 2);

        Assert.Equal((ThreadStatus.Done, pushed), (thread.State, thread.Facts.PushedCommit));
        Assert.Contains(world.Ours(issue), comment => comment.Body.Contains("rejected it: no keys here: .github/workflows/ci.yml, deploy.env, logo.bin.", StringComparison.Ordinal));

        await world.CommentAsync(issue, "@drafthorse and now one more");
        thread = await world.RestsAsync(thread.Id, runs: 3);
        var files = await world.GitAsync("ls-tree", "-r", "--name-only", thread.Facts.Branch!);
        Assert.Equal(ThreadStatus.Done, thread.State);
        Assert.Contains("more.txt", files, StringComparison.Ordinal);
        Assert.DoesNotContain("deploy.env", files, StringComparison.Ordinal);
    }

    private static JsonObject Last(string text) => Also(DraftWorld.Says(text), "repeat", true);

    private static JsonObject When(string text, JsonObject turn) => Also(turn, "when", text);

    private static JsonObject Also(JsonObject turn, string name, JsonNode value)
    {
        turn[name] = value;
        return turn;
    }

    private static async Task<(StandInIssue Issue, Approval Approval)> HoldAsync(DraftWorld world)
    {
        await world.ServeAsync([DraftWorld.Says("", Work), Last("It is done."), When("Answer each of these", Last("It is done, yes.")), When("and now one more", DraftWorld.Says("", "echo 1 > more.txt")), Last("One more.")]);
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));

        Assert.True(thread.State == ThreadStatus.Waiting, string.Join('\n', (await world.JournalAsync(thread.Id)).Select(e => e switch { RunFinished end => $"{end.Outcome}: {end.Reason}", NoticeGiven notice => $"{notice.Topic}: {notice.Text} {notice.Output}", _ => "" })));
        var files = (await world.GitAsync("ls-tree", "-r", "--name-only", thread.Facts.Branch!)).Split('\n');
        Assert.Equal(10, files.Count(file => file.StartsWith("file", StringComparison.Ordinal)));
        Assert.Empty(files.Intersect([".github/workflows/ci.yml", "deploy.env", "logo.bin"]));
        Assert.DoesNotContain(Key, await world.GitAsync("log", "--all", "-p"), StringComparison.Ordinal);
        var asked = Assert.Single((await world.JournalAsync(thread.Id)).OfType<ApprovalAsked>());
        Assert.Contains("* .github/workflows/ci.yml: a protected path", asked.Text, StringComparison.Ordinal);
        Assert.Contains("* deploy.env: a GitHub token in line 1", asked.Text, StringComparison.Ordinal);
        Assert.Contains("* logo.bin: a file that is no text", asked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, asked.Text, StringComparison.Ordinal);
        return (issue, Assert.Single(thread.Facts.Approvals!));
    }
}
