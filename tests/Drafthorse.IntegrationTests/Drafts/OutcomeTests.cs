using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>Every accepted trigger is answered, however its run ends: seen at once, one status comment, one reply that names what happened.</summary>
public class OutcomeTests
{
    private static readonly JsonArray Fix = [DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("It reads its first argument now.")];

    [Fact]
    public async Task Budget_IsUsedUp_SaysSo_AndTheWorkSoFarIsADraft()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("Look again", "ls"), DraftWorld.Says("What I did: the first argument.")], limit: new ModelCallLimit { MaxCalls = 2 });

        var (issue, _) = await RunAsync(world, ThreadStatus.Stopped);

        Assert.Contains("**Stopped by a limit.**", world.Reply(issue), StringComparison.Ordinal);
        Assert.Contains("What I did: the first argument.", world.Reply(issue), StringComparison.Ordinal);
        Assert.Single(world.Repository.PullRequests);
    }

    [Fact]
    public async Task Model_FailsForGood_SaysSo_AndTheWorkSoFarIsADraft()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), new JsonObject { ["error"] = "Configuration" }]);

        var (issue, _) = await RunAsync(world, ThreadStatus.Failed);

        Assert.Contains("**Failed.**", world.Reply(issue), StringComparison.Ordinal);
        Assert.Single(world.Repository.PullRequests);
    }

    [Fact]
    public async Task Sandbox_DoesNotStart_SaysSo()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync(Fix);
        Directory.Delete(world.CheckoutsPath, recursive: true);
        await File.WriteAllTextAsync(world.CheckoutsPath, "a file where the checkouts would be", TestContext.Current.CancellationToken);

        var (issue, _) = await RunAsync(world, ThreadStatus.Failed);

        Assert.Contains("**Failed.**", world.Reply(issue), StringComparison.Ordinal);
        Assert.Empty(world.Repository.PullRequests);
    }

    [Theory]
    [InlineData("verfy: [sh test.sh]\nlabels: x\n", "unknown key 'verfy'")]
    [InlineData("verify: [sh test.sh\n", "not valid YAML")]
    public async Task Settings_AreWrong_TheFirstReplyNamesLineAndCure(string settings, string expected)
    {
        await using var world = await DraftWorld.CreateAsync(new Dictionary<string, string>(DemoProject.Files) { [".drafthorse.yml"] = settings });
        await world.ServeAsync(Fix);

        var (issue, _) = await RunAsync(world, ThreadStatus.Failed);

        Assert.Contains(".drafthorse.yml, line", world.Reply(issue), StringComparison.Ordinal);
        Assert.Contains(expected, world.Reply(issue), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_CancelsTheRun_AndIsAnswered()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([DraftWorld.Says("", "touch begun; sleep 300"), DraftWorld.Says("Never said.")]);
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        await foreach (var record in world.Store.FollowJournalAsync(world.ThreadOf(issue), 0, TestContext.Current.CancellationToken))
        {
            if (record.Event is ToolStarted)
                break;
        }

        await world.CommentAsync(issue, "@drafthorse stop");
        var thread = await world.RestsAsync(world.ThreadOf(issue));

        Assert.Equal(ThreadStatus.Cancelled, thread.State);
        Assert.Contains("**Cancelled.**", world.Reply(issue), StringComparison.Ordinal);
        Assert.Contains("**Cancelled**", world.Status(issue).Body, StringComparison.Ordinal);
        Assert.Equal("eyes", Assert.Single(issue.Comments.Single(comment => comment.Author == world.Ada).Reactions).Content);
        Assert.Empty(world.Repository.PullRequests);
    }

    [Fact]
    public async Task Question_IsPostedAndTheAnswerGoesOn()
    {
        var ask = new JsonObject
        {
            ["text"] = "", ["calls"] = new JsonArray(new JsonObject { ["name"] = "ask_person", ["arguments"] = new JsonObject { ["question"] = "First or last name?" } }),
        };
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync([ask, .. Fix.Select(turn => turn!.DeepClone())]);

        var (issue, thread) = await RunAsync(world, ThreadStatus.Waiting);
        Assert.Contains("First or last name?", world.Reply(issue), StringComparison.Ordinal);

        await world.CommentAsync(issue, "@drafthorse the first");
        var ended = await world.RestsAsync(thread.Id, runs: 2);
        Assert.Equal(ThreadStatus.Done, ended.State);
        Assert.Single(world.Repository.PullRequests);
    }

    [Fact]
    public async Task Stranger_GetsOneReactionAndNoText()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync(Fix);
        var issue = world.GitHub.World.AddIssue(world.Repository, world.Ada, "Greeting loses the name", "text");

        await world.CommentAsync(issue, "@drafthorse do it", world.GitHub.World.AddAccount("mallory"));
        await world.SettlesAsync();

        Assert.Empty(world.Ours(issue));
        Assert.Equal("confused", Assert.Single(issue.Comments[0].Reactions).Content);
    }

    [Fact]
    public async Task Model_OfAComment_CountsFromTheNextCall_AndAnUnknownOneIsRefusedInWords()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync(Fix, models: name => name == "OPENAI_BASE_URL" ? new Uri(world.GitHub.ServerUrl, "/no-models-here").AbsoluteUri : null);
        var issue = world.GitHub.World.AddIssue(world.Repository, world.Ada, "Greeting loses the name", "text");

        foreach (var model in new[] { "gpt", "anthropic:x", "script:/etc/passwd" })
            await world.CommentAsync(issue, $"@drafthorse model {model}");
        await world.SettlesAsync();
        Assert.Equal(3, world.Ours(issue).Count(comment => comment.Body.Contains("Nothing was started: ", StringComparison.Ordinal)));

        await world.CommentAsync(issue, "@drafthorse model openai-chat:other fix it");
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        Assert.Equal("openai-chat:other", thread.Facts.Model);
        Assert.Contains("openai-chat:other", world.Reply(issue), StringComparison.Ordinal);
    }

    private static async Task<(StandInIssue Issue, ThreadRecord Thread)> RunAsync(DraftWorld world, ThreadStatus expected)
    {
        var issue = world.OpenIssue();
        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        Assert.Equal(expected, thread.State);
        Assert.Equal("eyes", Assert.Single(issue.Reactions).Content);
        Assert.Equal(2, world.Ours(issue).Count);
        return (issue, thread);
    }
}
