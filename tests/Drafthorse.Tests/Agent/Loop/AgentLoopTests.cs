using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent.Loop;

public sealed class AgentLoopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ModelAnswersInWords_EndsDoneWithThem()
    {
        var harness = new AgentHarness();
        harness.Model.Says("hello");

        var reply = await harness.SendAsync("say hello");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.Equal("hello", reply.Text);
        Assert.Equal(
            ["run.started", "prompt.set", "messages.taken", "model.replied", "run.finished"],
            (await harness.JournalAsync()).Select(record => record.Kind));
        Assert.Equal(ThreadStatus.Done, (await harness.Store.GetThreadAsync(harness.ThreadId, Token))!.State);
    }

    [Fact]
    public async Task Run_ToolCalls_ReadsSideBySideRestInOrder()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}"), ("look_more", "{}"), ("change", "{}"), ("look", """{"x":1}""")).Says("done");
        var bothLook = new TaskCompletionSource();
        var order = new List<string>();
        var looking = 0;
        harness.OnTool = async name =>
        {
            lock (order)
                order.Add(name);
            if (name != "change" && Interlocked.Increment(ref looking) == 2)
                bothLook.SetResult();
            await (name == "change" ? Task.CompletedTask : bothLook.Task);
            return name;
        };

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.Equal(["look", "look_more"], order.Take(2).Order());
        Assert.Equal(["change", "look"], order.Skip(2));
        Assert.Equal(["call lookcall look_morecall changecall look", "result look", "result look_more", "result change", "result look"], harness.Shown(1)[2..]);
    }

    [Fact]
    public async Task Run_MessageDuringToolCall_IsShownBeforeTheNextModelCall()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}")).Says("done");
        harness.OnTool = async _ =>
        {
            await harness.EnqueueAsync("also do this");
            return "seen";
        };

        await harness.SendAsync("go");

        Assert.Contains("also do this", harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Equal("result seen", harness.Shown(1)[^2]);
    }

    [Fact]
    public async Task Run_MessageDuringLastModelCall_IsStillAnswered()
    {
        var harness = new AgentHarness();
        harness.Model
            .Then(async (_, _) =>
            {
                await harness.EnqueueAsync("one more thing");
                return [new TextContent("done")];
            })
            .Says("that too");

        var reply = await harness.SendAsync("go");

        Assert.Equal("that too", reply.Text);
        Assert.Contains("one more thing", harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Single((await harness.JournalAsync()).Select(record => record.Event).OfType<RunFinished>());
    }

    [Fact]
    public async Task Run_QueuedMessage_WaitsForTheEndOfTheRun()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}")).Says("first").Says("second");
        harness.OnTool = async _ =>
        {
            await harness.EnqueueAsync("later", DeliveryMode.Queue);
            return "seen";
        };

        var reply = await harness.SendAsync("go");

        Assert.Equal("second", reply.Text);
        Assert.DoesNotContain(harness.Shown(1), text => text.Contains("later", StringComparison.Ordinal));
        Assert.Equal(2, (await harness.JournalAsync()).Select(record => record.Event).OfType<RunFinished>().Count());
    }

    [Fact]
    public async Task Run_SteeringMessage_InterruptsTheModelCall()
    {
        var harness = new AgentHarness();
        harness.Model
            .Then(async (_, token) =>
            {
                await harness.EnqueueAsync("stop that, do this", DeliveryMode.Steer);
                await Task.Delay(Timeout.Infinite, token);
                return [];
            })
            .Says("doing this");

        var reply = await harness.SendAsync("go");

        Assert.Equal("doing this", reply.Text);
        Assert.Contains("stop that, do this", harness.Shown(1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WhileAnotherAgentRunsTheThread_ItTakesTheMessageAndIsFollowed()
    {
        var harness = new AgentHarness();
        var other = HarnessAgent.CreateBuilder("other").UseModel(new FakeModel(), "script:test").UseStateStore(harness.Store)
            .UseSandboxes((_, _) => throw new SandboxException("no sandbox in this test")).Build();
        List<AgentEvent> followed = [];
        Task? following = null;
        var elsewhere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Model
            .Then(async (_, token) =>
            {
                following = Task.Run(async () =>
                {
                    await foreach (var agentEvent in other.StreamAsync(AgentHarness.Message("and this"), token))
                    {
                        followed.Add(agentEvent);
                        elsewhere.TrySetResult();
                    }
                }, token);
                while ((await harness.Store.ReadInboxAsync(harness.ThreadId, token)).Count == 0)
                    await harness.Store.WaitForChangeAsync(harness.ThreadId, TimeSpan.FromSeconds(1), token);
                await elsewhere.Task.WaitAsync(token);
                return [new TextContent("first")];
            })
            .Says("both");

        await harness.SendAsync("this");
        await following!;

        Assert.IsType<RunElsewhere>(followed[0]);
        var end = Assert.IsType<JournalAppended>(followed[^1]);
        Assert.Equal("both", Assert.IsType<RunFinished>(end.Event).FinalText);
        Assert.Single(followed.OfType<JournalAppended>(), appended => appended.Event is MessagesTaken);
        Assert.Equal(2, harness.Model.Requests.Count);
    }

    [Fact]
    public async Task Run_EndsBeforeItsFirstStep_TakesItsMessageAndIsNotRepeated()
    {
        var harness = new AgentHarness(builder => builder.Use(new Refusal()));

        var reply = await harness.SendAsync("do it");

        Assert.Equal((ThreadStatus.Failed, "not here"), (reply.Status, reply.Reason));
        Assert.Single(await harness.JournalAsync(), record => record.Event is MessagesTaken);
        Assert.Equal(ThreadStatus.Failed, (await harness.Store.GetThreadAsync(harness.ThreadId, Token))!.State);
    }

    private sealed class Refusal : IAgentMiddleware
    {
        public Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken) =>
            Task.FromResult(new RunOutcome { Status = ThreadStatus.Failed, Reason = "not here" });
    }

    [Fact]
    public async Task Stream_OtherRunIsCutOff_GoesOnWithItsThread()
    {
        var harness = new AgentHarness();
        harness.Model.Says("done after all");
        var dead = await harness.EnqueueAsync("this");
        var claim = await harness.Store.ClaimAsync(
            new ClaimRequest { Owner = "dead", Only = dead.ThreadId, LeaseTime = TimeSpan.FromMilliseconds(50) }, TestContext.Current.CancellationToken);

        var reply = await harness.SendAsync("and this");

        Assert.NotNull(claim);
        Assert.Equal("done after all", reply.Text);
        Assert.Contains("and this", harness.Shown(0)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ToolRunsIntoATimeLimitOfItsOwn_TellsTheModel()
    {
        var harness = new AgentHarness { OnTool = _ => Task.FromException<object>(new TaskCanceledException("The request was canceled due to a timeout.")) };
        harness.Model.Calls(("deploy", "{}")).Says("It does not answer.");

        var reply = await harness.SendAsync("go");

        Assert.Equal((ThreadStatus.Done, "It does not answer."), (reply.Status, reply.Text));
        Assert.Contains("deploy failed: The request was canceled", harness.Shown(1)[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deploy", "The outcome of this deploy call is unknown")]
    [InlineData("change", "The outcome of this change call is unknown")]
    [InlineData("look", "Not run: the run ended (Cancelled).")]
    public async Task Run_CancelledInACall_SaysWhatIsKnownOfEachCall(string tool, string expected)
    {
        var harness = new AgentHarness();
        harness.Model.Calls((tool, "{}"), ("deploy", "{}"));
        harness.OnTool = async _ =>
        {
            await harness.Store.CancelAsync(harness.ThreadId, long.MaxValue, [], Token);
            await Task.Delay(Timeout.Infinite, Token);
            return "never";
        };

        await harness.SendAsync("go");

        var answers = (await harness.JournalAsync()).Select(record => record.Event).OfType<ToolFinished>().Select(finished => finished.Content[0].Text!).ToList();
        Assert.StartsWith(expected, answers[0], StringComparison.Ordinal);
        Assert.Equal("Not run: the run ended (Cancelled).", answers[1]);
    }

    [Fact]
    public async Task Run_Cancelled_EndsCancelledAndAnswersOpenCalls()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("deploy", "{}"));
        harness.OnTool = async _ =>
        {
            await harness.Store.CancelAsync(harness.ThreadId, long.MaxValue, [], Token);
            await Task.Delay(Timeout.Infinite, Token);
            return "never";
        };

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Cancelled, reply.Status);
        Assert.Single((await harness.JournalAsync()).Select(record => record.Event).OfType<ToolFinished>());
    }

    [Theory]
    [InlineData("no_such_tool", "{}", "There is no tool 'no_such_tool'")]
    [InlineData("look", "{\"a\":", "not a JSON object")]
    [InlineData("look", "[1]", "not a JSON object")]
    [InlineData("look", "\"\\ud800\"", "not a JSON object")]
    public async Task Run_BadCall_IsAnsweredWithWhatToDo(string tool, string arguments, string expected)
    {
        var harness = new AgentHarness();
        harness.Model.Calls((tool, arguments)).Says("sorry");

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.Contains(expected, harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Empty(harness.Ran);
    }

    [Fact]
    public async Task Run_RepeatedAndMissingCallIds_EachCallGetsItsResult()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("same", "look", "{}"), ("same", "change", "{}"), ("", "look_more", "{}")).Says("done");

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        var finished = (await harness.JournalAsync()).Select(record => record.Event).OfType<ToolFinished>().ToList();
        Assert.Equal(["look", "change", "look_more"], finished.Select(result => result.Tool));
        Assert.Equal(3, finished.Select(result => result.ModelCallId).Distinct().Count());
    }

    [Fact]
    public async Task Run_EmptyReply_IsAskedForOnceMore()
    {
        var harness = new AgentHarness();
        harness.Model.Says("").Says("done now");

        var reply = await harness.SendAsync("go");

        Assert.Equal("done now", reply.Text);
        Assert.Contains("empty", harness.Shown(1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SameCallAgainAndAgain_WarnsThenStopsWithHandOver()
    {
        var harness = new AgentHarness();
        for (var i = 0; i < 5; i++)
            harness.Model.Calls(("look", "{}"));
        harness.Model.Says("I was stuck");

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Stopped, reply.Status);
        Assert.Equal("I was stuck", reply.Text);
        Assert.Contains("5 times in a row", reply.Reason, StringComparison.Ordinal);
        Assert.Contains("3 times in a row", harness.Shown(3)[^1], StringComparison.Ordinal);
        Assert.Equal(4, harness.Ran.Count);
    }

    [Fact]
    public async Task Run_TooManyModelCalls_StopsWithHandOver()
    {
        var harness = new AgentHarness(builder => builder.UseLimit(new ModelCallLimit { MaxCalls = 2 }));
        harness.Model.Calls(("look", """{"a":1}""")).Calls(("look", """{"a":2}""")).Says("left to do: all");

        var reply = await harness.SendAsync("go");

        Assert.Equal((ThreadStatus.Stopped, "left to do: all"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Run_QuestionToAPerson_WaitsAndGoesOnWithTheAnswer()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}")).Says("thank you");
        harness.OnTool = _ => Task.FromResult<object>(ToolOutput.Text("asked") with { Approval = new ApprovalRequest { Kind = ApprovalKinds.Question, Text = "Which one?" } });

        var asked = await harness.SendAsync("go");
        harness.OnTool = _ => Task.FromResult<object>("never");
        var answered = await harness.SendAsync("the red one");

        Assert.Equal((ThreadStatus.Waiting, "Which one?"), (asked.Status, asked.Text));
        Assert.Equal((ThreadStatus.Done, "thank you"), (answered.Status, answered.Text));
        Assert.Contains("the red one", harness.Shown(1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ModelFailsForGood_EndsFailedAndNextMessageGoesOn()
    {
        var harness = new AgentHarness();
        harness.Model.Fails(new ModelException(ModelErrorKind.Authentication, "The key was refused: set OPENAI_API_KEY.")).Says("back again");

        var failed = await harness.SendAsync("go");
        var next = await harness.SendAsync("try again");

        Assert.Equal((ThreadStatus.Failed, "The key was refused: set OPENAI_API_KEY."), (failed.Status, failed.Reason));
        Assert.Equal((ThreadStatus.Done, "back again"), (next.Status, next.Text));
    }

    [Fact]
    public async Task Run_ToolPrintsASecret_IsRedactedInJournalAndContext()
    {
        var harness = new AgentHarness(builder => builder.UseSecrets(new Dictionary<string, string> { ["GITHUB_TOKEN"] = "ghp_0123456789abcdef" }));
        harness.Model.Calls(("look", "{}")).Says("done");
        var encoded = Convert.ToBase64String("x-access-token:ghp_0123456789abcdef"u8);
        harness.OnTool = _ => Task.FromResult<object>($"TOKEN=ghp_0123456789abcdef {encoded}");

        await harness.SendAsync("go");

        var all = string.Join("\n", (await harness.JournalAsync()).Select(record => record.Data)) + string.Join("\n", harness.Shown(1));
        Assert.DoesNotContain("ghp_0123456789abcdef", all, StringComparison.Ordinal);
        Assert.DoesNotContain(encoded, all, StringComparison.Ordinal);
        Assert.Contains("[redacted: GITHUB_TOKEN]", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WhileRunning_YieldsJournalInOrderAndText()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}")).Says("done");

        await harness.SendAsync("go");

        var positions = harness.Events.OfType<JournalAppended>().Select(appended => appended.Position).ToList();
        Assert.Equal(Enumerable.Range(0, positions.Count).Select(position => (long)position), positions);
        Assert.Equal("done", string.Concat(harness.Events.OfType<TextDelta>().Select(delta => delta.Text)));
    }
}
