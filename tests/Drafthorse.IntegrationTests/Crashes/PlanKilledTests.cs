using System.Text.Json.Nodes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>The story of a plan with the real server killed once at each of its steps: each decision counts once, and the draft is right.</summary>
public sealed class PlanKilledTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Story_KilledAtEachStep_IsDecidedOnceAndTheDraftIsRight()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var token = deadline.Token;
        await using var world = await CrashWorld.CreateAsync("local", token);
        await world.WriteModelAsync(Script().ToJsonString(), token);
        var process = await world.ServeAsync(token);
        var task = world.OpenIssue("Greeting loses the name");
        var kills = 0;

        await CommentAsync("@drafthorse plan: mend the greeting");
        await KilledAfterAsync<PlanWritten>(1);
        await KilledAfterAsync<ApprovalAsked>(1);
        var first = await WaitsAsync(1);
        await CommentAsync($"@drafthorse reject {first.ShortHash} line 1: no Python");
        await KilledAfterAsync<ApprovalClosed>(1);
        var second = await WaitsAsync(2);
        await RestartAsync();
        await CommentAsync($"@drafthorse approve {second.ShortHash}");
        await KilledAfterAsync<ApprovalClosed>(2);
        await KilledAfterAsync<BranchPushed>(1);
        await world.RestsAsync(task, token);

        var thread = (await world.Store.GetThreadAsync(task.Thread, token))!;
        var journal = (await world.JournalAsync(task, token)).Select(record => record.Event).ToList();
        Assert.Equal((ThreadStatus.Done, PlanStage.Done), (thread.State, thread.Facts.Plan!.Stage));
        Assert.Equal([ApprovalState.Rejected, ApprovalState.Approved], thread.Facts.Approvals!.Select(approval => approval.State));
        Assert.Equal((2, 2), (journal.OfType<ApprovalAsked>().Count(), journal.OfType<ApprovalClosed>().Count()));
        Assert.Contains("2 of 3 steps are done by the agent's to-do list; approved by github:", Assert.Single(world.Repository.PullRequests).Conversation.Body, StringComparison.Ordinal);
        Assert.Equal(2, task.Issue.Comments.Count(comment => comment.Body.Contains("Please decide about the plan", StringComparison.Ordinal)));
        Assert.Equal(6, kills);

        async Task CommentAsync(string text) => Assert.True(await world.CommentAsync(task, text, process, token));

        async Task RestartAsync()
        {
            kills++;
            process.Kill();
            await process.ExitAsync(token);
            process = await world.ServeAsync(token);
        }

        // Once the event is in the journal; it may have gone on a little since.
        async Task KilledAfterAsync<T>(int count) where T : JournalEvent
        {
            while ((await world.JournalAsync(task, token)).Select(record => record.Event).OfType<T>().Count() < count)
                await world.Store.WaitForChangeAsync(task.Thread, TimeSpan.FromMilliseconds(50), token);
            await RestartAsync();
        }

        async Task<Approval> WaitsAsync(int asked)
        {
            while (true)
            {
                var change = world.Store.WaitForChangeAsync(task.Thread, TimeSpan.FromMilliseconds(200), token);
                if (await world.Store.GetThreadAsync(task.Thread, token) is { Owner: null, State: ThreadStatus.Waiting } thread
                    && thread.Facts.Approvals is { } all && all.Count == asked && all[^1].State == ApprovalState.Open
                    && await world.Store.CountOutboxAsync(task.Thread, token) == 0)
                {
                    return all[^1];
                }

                await change;
            }
        }
    }

    private static JsonArray Script() =>
    [
        Turn(("plan_write", new JsonObject { ["content"] = "1. Rewrite greet.sh in Python" })),
        Turn(("plan_exit", [])),
        Turn(("plan_write", new JsonObject { ["content"] = "1. Read the first argument\n2. Run test.sh\n3. Mention it" })),
        Turn(("plan_exit", [])),
        Turn(("execute", new JsonObject { ["command"] = "sed -i 's/name=$2/name=$1/' greet.sh" })),
        Turn(("todo_write", new JsonObject { ["todos"] = new JsonArray(Todo("Read the first argument", "completed"), Todo("Run test.sh", "completed"), Todo("Mention it", "pending")) })),
        Turn(("execute", new JsonObject { ["command"] = "sed -i 's/name=$2/name=$1/' greet.sh; sh test.sh" })),
        new JsonObject { ["text"] = "It reads its first argument now. I did not mention it anywhere.", ["repeat"] = true },
    ];

    private static JsonObject Todo(string content, string status) => new() { ["content"] = content, ["status"] = status };

    private static JsonObject Turn((string Name, JsonObject Arguments) call) => new()
    {
        ["text"] = "",
        ["delayMs"] = 60,
        ["calls"] = new JsonArray(new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments }),
    };
}
