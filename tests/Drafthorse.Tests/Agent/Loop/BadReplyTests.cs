using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;

namespace Drafthorse.Tests.Agent.Loop;

/// <summary>Whatever a model answers, it is told what to do about it, or the run ends with a clear outcome; the next message goes on.</summary>
public sealed class BadReplyTests
{
    private static readonly string[] Providers = ["openai-chat:m", "openai:m", "anthropic:m", "dashscope:m", "ollama:m"];

    /// <summary>Each bad reply, and what the next request must tell the model.</summary>
    private static readonly (string Name, WireReply Reply, string Told)[] Mended =
    [
        ("empty", new WireReply(), "Your last reply was empty"),
        ("blank", WireReply.Says(" \n"), "Your last reply was empty"),
        ("only reasoning", new WireReply { Reasoning = "hm" }, "Your last reply was empty"),
        ("cut text", new WireReply { Text = "I will", Finish = "length" }, "cut off at the output limit"),
        ("cut call", WireReply.Call("write_file", """{"path":"a","content":"xx""") with { Finish = "length" }, "write a large file in several parts"),
        ("malformed arguments", WireReply.Call("look", """{"path": """), "are not a JSON object"),
        ("arguments that are a list", WireReply.Call("look", "[1]"), "are not a JSON object"),
        ("lone surrogate in arguments", WireReply.Call("read_file", """{"path":"\ud800"}"""), "are not a JSON object|lone surrogate"),
        ("unknown tool", WireReply.Call("rm_rf", "{}"), "There is no tool 'rm_rf'. The tools are: read_file"),
        ("tool without a name", WireReply.Call("", "{}"), "There is no tool ''"),
        ("missing argument", WireReply.Call("read_file", "{}"), "the argument \\\"path\\\" is missing"),
        ("wrong type", WireReply.Call("read_file", """{"path":"a","offset":"many"}"""), "must be a whole number"),
        ("extra argument", WireReply.Call("look", """{"never":"heard of"}"""), "seen"),
        ("gigantic arguments", WireReply.Call("look", $$"""{"x":"{{new string('y', 3_000_000)}}"}"""), "seen"),
        ("no arguments at all", WireReply.Call("look", ""), "seen"),
        ("repeated call ids", new WireReply { Calls = [("same", "look", "{}"), ("same", "look", """{"a":1}"""), ("", "look", """{"a":2}""")] }, "seen"),
        ("deep arguments", WireReply.Call("look", $$"""{"a":{{new string('[', 5000)}}{{new string(']', 5000)}}}"""), "are not a JSON object"),
    ];

    public static TheoryData<string, string> Cases => [.. from spec in Providers from bad in Mended select (spec, bad.Name)];

    public static TheoryData<string> Specs => [.. Providers];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Run_BadReply_TellsTheModelAndGoesOn(string spec, string name)
    {
        var bad = Mended.Single(candidate => candidate.Name == name);
        await using var agent = new WireAgent(spec, catalog: WireAgent.CatalogWith("m", 4_000_000));
        agent.Server.Answers(bad.Reply, WireReply.Says("done"));

        var reply = await agent.SendAsync("go");

        Assert.Equal((ThreadStatus.Done, "done"), (reply.Status, reply.Text));
        Assert.Equal(2, agent.Server.Bodies.Count);
        Assert.Contains(bad.Told.Split('|'), told => agent.Server.Bodies[1].Contains(told, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Run_WrongCallsAgainAndAgain_TellsWhatIsLeftAndStops(string spec)
    {
        await using var agent = new WireAgent(spec);
        WireReply[] wrong = [.. Enumerable.Range(0, 10).Select(i => WireReply.Call(i % 2 == 0 ? "rm_rf" : $"rm_rf{i}", $$"""{"n":{{i}}}"""))];
        agent.Server.Answers([.. wrong, WireReply.Says("left to do: all")]);

        var stopped = await agent.SendAsync("go");

        Assert.Equal((ThreadStatus.Stopped, "left to do: all"), (stopped.Status, stopped.Text));
        Assert.Equal("the model called tools that do not exist 10 times in a row", stopped.Reason);
        Assert.Contains("[8 attempts left before the run is stopped", agent.Server.Bodies[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai:gpt-5", "apply_patch", "\"input\"", "edit_file")]
    [InlineData("anthropic:claude-opus-5", "edit_file", "\"old_str\"", "apply_patch")]
    [InlineData("dashscope:qwen3-coder-plus", "edit_file", "\"old_string\"", "apply_patch")]
    public async Task Run_ModelOfAKnownFamily_IsToldOfTheToolsItWasTrainedOn(string spec, string tool, string argument, string left)
    {
        await using var agent = new WireAgent(spec);
        agent.Server.Answers(WireReply.Says("done"));

        await agent.SendAsync("go");

        Assert.Contains($"\"{tool}\"", agent.Server.Bodies[0], StringComparison.Ordinal);
        Assert.Contains(argument, agent.Server.Bodies[0], StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{left}\"", agent.Server.Bodies[0], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Run_OnlyEmptyReplies_EndsFailedAndTheThreadGoesOn(string spec)
    {
        await using var agent = new WireAgent(spec);
        agent.Server.Answers(new WireReply(), new WireReply(), WireReply.Says("back"));

        var failed = await agent.SendAsync("go");
        var next = await agent.SendAsync("again");

        Assert.Equal(ThreadStatus.Failed, failed.Status);
        Assert.Contains("empty reply", failed.Reason, StringComparison.Ordinal);
        Assert.Equal((ThreadStatus.Done, "back"), (next.Status, next.Text));
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Run_CutAgainAndAgain_StopsWithAHandOver(string spec)
    {
        await using var agent = new WireAgent(spec);
        var cut = new WireReply { Text = "and", Finish = "length" };
        agent.Server.Answers(cut, cut, cut, WireReply.Says("left to do: all"), WireReply.Says("back"));

        var stopped = await agent.SendAsync("go");
        var next = await agent.SendAsync("again");

        Assert.Equal((ThreadStatus.Stopped, "left to do: all"), (stopped.Status, stopped.Text));
        Assert.Contains("output limit 3 times", stopped.Reason, StringComparison.Ordinal);
        Assert.Equal("back", next.Text);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Run_ContentFilter_EndsFailedAndSaysSo(string spec)
    {
        await using var agent = new WireAgent(spec);
        agent.Server.Answers(new WireReply { Text = "I", Finish = "content_filter" }, WireReply.Says("back"));

        var failed = await agent.SendAsync("go");
        var next = await agent.SendAsync("again");

        Assert.Equal(ThreadStatus.Failed, failed.Status);
        Assert.Contains("content filter", failed.Reason, StringComparison.Ordinal);
        Assert.Equal("back", next.Text);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Run_SameBrokenCallForEver_IsStoppedByTheLoopGuard(string spec)
    {
        await using var agent = new WireAgent(spec);
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream(number < 5 ? WireReply.Call("look", "{broken", $"c{number}") : WireReply.Says("stuck")));

        var reply = await agent.SendAsync("go");

        Assert.Equal((ThreadStatus.Stopped, "stuck"), (reply.Status, reply.Text));
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Run_StreamThatIsNoJsonOrInvalidUtf8_IsRetriedThenFails(string spec)
    {
        await using var agent = new WireAgent(spec);
        byte[][] broken = ["data: {\"a\":\n\n"u8.ToArray(), [.. "data: {\"type\":\"x\",\"b\":\""u8, 0xFF, 0xC0, .. "\"}\n\n"u8], []];
        agent.Server.OnRequest = (number, _) => Task.FromResult(number < 3 ? RecordedHttp.StreamOf(new MemoryStream(broken[number])) : agent.Server.Stream(WireReply.Says("back")));

        var failed = await agent.SendAsync("go");
        var next = await agent.SendAsync("again");

        Assert.Equal(ThreadStatus.Failed, failed.Status);
        Assert.Contains("cut its answer", failed.Reason, StringComparison.Ordinal);
        Assert.Equal("back", next.Text);
    }

    [Theory]
    [InlineData("I will", "length", "cut off at the output limit")]
    [InlineData("", "stop", "Your last reply was empty")]
    [InlineData("all is done", "stop", null)]
    public async Task Resume_OwnerLostRightAfterTheModelsLastWord_DoesWhatTheReplyAskedFor(string text, string finish, string? told)
    {
        var token = TestContext.Current.CancellationToken;
        await using var agent = new WireAgent("openai-chat:m");
        agent.Server.Answers(WireReply.Says("done"));
        var threadId = await agent.Agent.SendAsync(new AgentMessage { Text = "go", ThreadKey = WireAgent.Key }, token);
        var claim = (await agent.Store.ClaimAsync(new ClaimRequest { Owner = "lost", Only = threadId }, token))!;
        var inbox = await agent.Store.ReadInboxAsync(threadId, token);
        await agent.Store.CommitAsync(
            new CommitRequest
            {
                Lease = claim.Lease,
                Sequence = 1,
                Consumed = [inbox[0].Position],
                Events =
                [
                    new RunStarted(), new PromptSet { System = "be brief" }, new MessagesTaken { Messages = inbox },
                    new ModelReplied { Step = 1, FinishReason = finish, Content = text.Length == 0 ? [] : [ContentBlock.OfText(text)] },
                ],
            },
            token);
        await agent.Store.ReleaseAsync(new ReleaseRequest { Lease = claim.Lease, State = ThreadStatus.Queued, WakeAt = DateTimeOffset.UtcNow }, token);

        await foreach (var _ in agent.Agent.ResumeAsync(threadId, token))
        {
            // Watched only so that it runs.
        }

        var end = (await agent.JournalAsync()).OfType<RunFinished>().Single();
        Assert.Equal(("done", told is null ? text : "done"), (end.Outcome, end.FinalText));
        Assert.Equal(told is null ? 0 : 1, agent.Server.Bodies.Count);
        Assert.Contains(told ?? "", string.Concat(agent.Server.Bodies), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task Run_RepeatedCallIds_EveryCallGetsItsOwnResult(string spec)
    {
        await using var agent = new WireAgent(spec);
        var looks = 0;
        agent.OnLook = () => $"result {Interlocked.Increment(ref looks)}";
        agent.Server.Answers(
            new WireReply { Calls = [("x", "look", """{"a":1}"""), ("x", "look", """{"a":2}""")] },
            new WireReply { Calls = [("x", "look", """{"a":3}""")] },
            WireReply.Says("done"));

        await agent.SendAsync("go");

        var finished = (await agent.JournalAsync()).OfType<ToolFinished>().ToList();
        Assert.Equal(3, finished.Count);
        Assert.All(Enumerable.Range(1, 3), number => Assert.Contains($"result {number}", agent.Server.Bodies[^1], StringComparison.Ordinal));
    }
}
