using System.Net;
using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Demo.GitHub;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>From the signed webhook to the draft, through the whole server.</summary>
public class WebhookToDraftTests
{
    private static readonly JsonArray Fix = [DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"), DraftWorld.Says("It reads its first argument now.")];

    [Theory]
    [InlineData("local")]
    [InlineData("bubblewrap")]
    public async Task OneWebhook_RedeliveredAThousandTimes_IsOneMessageAndOneDraft(string sandbox)
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync(Fix, sandbox);
        var issue = world.OpenIssue();

        var first = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => world.DeliverIssueAsync(issue, delivery: "the-one")));
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        var later = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => world.DeliverIssueAsync(issue, delivery: "the-one")));
        await world.RestsAsync(thread.Id);

        Assert.Single(first, status => status is HttpStatusCode.Accepted);
        Assert.Equal(999, first.Concat(later).Count(status => status is HttpStatusCode.OK));
        await AssertOneMessageAndOneDraftAsync(world, issue);
    }

    [Fact]
    public async Task OpenedAssignedAndLabelled_WithinTwoSeconds_IsOneMessageAndOneDraft()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync(Fix);
        var issue = world.OpenIssue();
        issue.Labels.Add("drafthorse");
        issue.Assignees.Add(world.Self);

        foreach (var action in new[] { "opened", "assigned", "labeled" })
        {
            issue.UpdatedAt = issue.UpdatedAt.AddSeconds(1);
            var status = await world.DeliverIssueAsync(issue, action, change: payload =>
            {
                payload["label"] = new JsonObject { ["name"] = "drafthorse" };
                payload["assignee"] = world.GitHub.Shapes.Account(world.Self);
            });
            Assert.Equal(HttpStatusCode.Accepted, status);
        }

        await world.RestsAsync(world.ThreadOf(issue));
        await AssertOneMessageAndOneDraftAsync(world, issue);
    }

    private static async Task AssertOneMessageAndOneDraftAsync(DraftWorld world, StandInIssue issue)
    {
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        var journal = await world.JournalAsync(thread.Id);
        Assert.Equal(ThreadStatus.Done, thread.State);
        Assert.Single(journal.OfType<MessagesTaken>().SelectMany(taken => taken.Messages));
        Assert.Single(journal.OfType<RunFinished>());
        var pull = Assert.Single(world.Repository.PullRequests);
        Assert.True(pull.Draft);
        Assert.Equal($"drafthorse/{issue.Number}-greeting-loses-the-name", pull.Head);
        Assert.Contains($"Fixes #{issue.Number}", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.Contains("| ` sh test.sh ` | passed |", pull.Conversation.Body, StringComparison.Ordinal);
        Assert.Contains("Hello, Ada!", await world.GitAsync("show", $"{pull.Head}:test.sh"), StringComparison.Ordinal);
        Assert.Contains("name=$1", await world.GitAsync("show", $"{pull.Head}:greet.sh"), StringComparison.Ordinal);
        Assert.Equal("eyes", Assert.Single(issue.Reactions).Content);
        Assert.Equal(2, world.Ours(issue).Count);
        Assert.Contains($"/pull/{pull.Conversation.Number}", world.Reply(issue), StringComparison.Ordinal);
    }
}
