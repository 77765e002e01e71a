using System.Net;
using System.Text.Json.Nodes;
using Drafthorse.Demo;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Drafts;

/// <summary>A plan that is asked for on an issue, rejected by its lines, written anew, approved and carried out, on the real server.</summary>
public class PlanStoryTests
{
    private const string First = "1. Rewrite greet.sh in Python\n2. Test it";
    private const string Second = "# Greeting\n\n1. Read the first argument in greet.sh\n2. Run test.sh\n3. Mention it in the README";

    [Fact]
    public async Task Plan_AskedRejectedRewrittenApproved_BecomesADraftThatSaysWhatWasDone()
    {
        await using var world = await DraftWorld.CreateAsync(DemoProject.Files);
        await world.ServeAsync(Script());
        var issue = world.GitHub.World.AddIssue(world.Repository, world.Ada, "Greeting loses the name", "It is wrong.");

        await world.CommentAsync(issue, "@drafthorse plan");
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        var first = Assert.Single(thread.Facts.Approvals!);
        Assert.Equal(ThreadStatus.Waiting, thread.State);
        Assert.Contains($"**Please decide about the plan `{first.ShortHash}`:**\n\n```text\n1  1. Rewrite greet.sh in Python\n2  2. Test it\n```", world.Ours(issue)[^1].Body, StringComparison.Ordinal);
        Assert.Contains($"waits for the plan: approve {first.ShortHash} or reject {first.ShortHash} WHY", world.Status(issue).Body.Replace("\u200B", "", StringComparison.Ordinal), StringComparison.Ordinal);

        await world.CommentAsync(issue, "@drafthorse reject\n\nline 1: no Python here.\n\n> 2. Test it\n\nwith test.sh");
        thread = await world.RestsAsync(thread.Id, runs: 2);
        var second = thread.Facts.Approvals![^1];
        Assert.Equal((ApprovalState.Rejected, ApprovalState.Open), (thread.Facts.Approvals[0].State, second.State));
        Assert.Empty(world.Repository.PullRequests);

        await world.CommentAsync(issue, $"@drafthorse approve {first.ShortHash}");
        await world.SettlesAsync();
        Assert.Contains($"The plan {first.ShortHash} was rejected by github:ada before. Open is the plan: approve {second.ShortHash}", world.Ours(issue)[^1].Body, StringComparison.Ordinal);
        Assert.Equal(ThreadStatus.Waiting, (await world.Store.GetThreadAsync(thread.Id, TestContext.Current.CancellationToken))!.State);

        Assert.Equal(HttpStatusCode.Accepted, await world.CommentAsync(issue, $"@drafthorse approve {second.ShortHash}"));
        thread = await world.RestsAsync(thread.Id, runs: 3);

        Assert.Equal((ThreadStatus.Done, PlanStage.Done, "github:ada"), (thread.State, thread.Facts.Plan!.Stage, thread.Facts.Plan.ApprovedBy));
        var draft = Assert.Single(world.Repository.PullRequests).Conversation.Body!.Replace("\u200B", "", StringComparison.Ordinal);
        Assert.Contains(
            "### Plan\n\n2 of 3 steps are done by the agent's to-do list; approved by github:ada.\n\n- [x] Read the first argument in greet.sh\n- [x] Run test.sh\n- [ ] **not done:** Mention it in the README",
            draft, StringComparison.Ordinal);
        var journal = await world.JournalAsync(thread.Id);
        Assert.Equal("1: 1. Rewrite greet.sh in Python", Assert.Single(journal.OfType<MessagesTaken>().SelectMany(taken => taken.Messages).SelectMany(entry => entry.Message.Material ?? []), material => material.Author == "your plan").Text);
        Assert.Contains("Plan mode refused: execute (1).", journal.OfType<RunFinished>().First().Notes);
        Assert.DoesNotContain("hacked", await world.GitAsync("log", "--all", "--format=%s"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_TouchedWithoutAPlan_NothingIsPushedBeforeOneIsApproved()
    {
        await using var world = await DraftWorld.CreateAsync(new Dictionary<string, string>(DemoProject.Files) { [".drafthorse.yml"] = "verify:\n  - sh test.sh\nplan:\n  paths: ['greet.*']\n" });
        await world.ServeAsync(
        [
            DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh"),
            DraftWorld.Says("It reads its first argument now."),
            DraftWorld.Says("", "git push origin HEAD"),
            Calls(("plan_write", new JsonObject { ["content"] = "1. Read the first argument in greet.sh" }), ("plan_exit", [])),
            Calls(("todo_write", new JsonObject { ["todos"] = new JsonArray(Todo("Read the first argument in greet.sh", "completed")) })),
            DraftWorld.Says("It reads its first argument now."),
            DraftWorld.Says("Done."),
        ]);
        var issue = world.OpenIssue();

        await world.DeliverIssueAsync(issue);
        var thread = await world.RestsAsync(world.ThreadOf(issue));
        var before = await world.GitAsync("for-each-ref", "--format=%(refname)");
        var approval = Assert.Single(thread.Facts.Approvals!);
        await world.CommentAsync(issue, $"@drafthorse status");
        await world.SettlesAsync();
        var status = world.Ours(issue)[^1].Body.Replace("\u200B", "", StringComparison.Ordinal);
        await world.CommentAsync(issue, $"@drafthorse approve {approval.ShortHash}");
        thread = await world.RestsAsync(thread.Id, runs: 2);

        Assert.Equal("refs/heads/main", before.Trim());
        Assert.Contains($"Waits for the plan: approve {approval.ShortHash}", status, StringComparison.Ordinal);
        Assert.Equal(ThreadStatus.Done, thread.State);
        Assert.Contains("- [x] Read the first argument in greet.sh", Assert.Single(world.Repository.PullRequests).Conversation.Body, StringComparison.Ordinal);
        var notice = (await world.JournalAsync(thread.Id)).OfType<NoticeGiven>().First(given => given.Topic == "plan");
        Assert.Equal("greet.sh", notice.Output);
    }

    private static JsonArray Script() =>
    [
        DraftWorld.Says("Let me see", "git commit --allow-empty -m hacked && git push"),
        Calls(("plan_write", new JsonObject { ["content"] = First }), ("plan_exit", [])),
        Calls(("plan_write", new JsonObject { ["content"] = Second }), ("plan_exit", [])),
        DraftWorld.Says("", "sed -i 's/name=$2/name=$1/' greet.sh && sh test.sh"),
        Calls(("todo_write", new JsonObject
        {
            ["todos"] = new JsonArray(
                Todo("Read the first argument in greet.sh", "completed"), Todo("Run test.sh", "completed"), Todo("Mention it in the README", "pending")),
        })),
        DraftWorld.Says("It reads its first argument now. I left the README alone."),
        DraftWorld.Says("It reads its first argument now. The README is left as it was: it says nothing of arguments."),
        DraftWorld.Says("Done."),
    ];

    private static JsonObject Todo(string content, string status) => new() { ["content"] = content, ["status"] = status };

    private static JsonObject Calls(params (string Name, JsonObject Arguments)[] calls) => new()
    {
        ["text"] = "",
        ["usage"] = new JsonObject { ["input"] = 1000, ["output"] = 50 },
        ["calls"] = new JsonArray([.. calls.Select(call => (JsonNode)new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments })]),
    };
}
