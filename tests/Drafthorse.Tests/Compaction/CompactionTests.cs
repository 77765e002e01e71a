using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Models;

namespace Drafthorse.Tests.Compaction;

/// <summary>No run dies of a full window.</summary>
public sealed class CompactionTests
{
    private const int Window = 16_000;

    /// <summary>What each provider says when a request is too long, in its own words.</summary>
    public static TheoryData<string, int, string> Overflows => new()
    {
        { "openai-chat:tiny", 400, """{"error":{"message":"This model's maximum context length is 16000 tokens. However, your messages resulted in 16321 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""" },
        { "openai:tiny", 400, """{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}""" },
        { "anthropic:tiny", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 16321 tokens > 16000 maximum"}}""" },
        { "dashscope:tiny", 400, """{"error":{"code":"invalid_parameter_error","message":"<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 16000]","type":"invalid_request_error"}}""" },
        { "ollama:tiny", 400, """{"error":{"message":"the request (16321 tokens) exceeds the available context size (16000 tokens)","type":"exceed_context_size_error","code":400}}""" },
        { "anthropic:tiny", 413, """{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}""" },
    };

    [Theory]
    [MemberData(nameof(Overflows))]
    public async Task Run_ProviderSaysTooLong_CompactsAndGoesOn(string spec, int status, string error)
    {
        // The catalog believes in a much larger window, so only the provider's own words help.
        await using var agent = new WireAgent(spec, catalog: WireAgent.CatalogWith("tiny", 400_000));
        agent.OnLook = () => new string('x', 20_000);
        agent.Server.OnRequest = (number, _) => Task.FromResult(IsSummary(agent.Server.Bodies[number]) ? agent.Server.Stream(WireReply.Says("the summary"))
            : agent.Server.Bodies[number].Length > 50_000 ? WireServer.Error(status, error)
            : agent.Server.Bodies.Count(body => !IsSummary(body)) < 12 ? agent.Server.Stream(WireReply.Call("look", $$"""{"n":{{number}}}"""))
            : agent.Server.Stream(WireReply.Says("done")));

        var reply = await agent.SendAsync("go");

        Assert.Equal((ThreadStatus.Done, "done"), (reply.Status, reply.Text));
        Assert.NotEmpty((await agent.JournalAsync()).OfType<ContextCompacted>());
    }

    [Theory]
    [InlineData("openai-chat:tiny", """data: {"error":{"message":"This model's maximum context length is 16000 tokens","code":"context_length_exceeded"}}""")]
    [InlineData("openai:tiny", """data: {"type":"response.failed","response":{"error":{"code":"context_length_exceeded","message":"Your input exceeds the context window of this model."}}}""")]
    [InlineData("anthropic:tiny", """data: {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 16321 tokens > 16000 maximum"}}""")]
    public async Task Run_TooLongInTheMiddleOfAStream_CompactsAndGoesOn(string spec, string failure)
    {
        await using var agent = new WireAgent(spec, catalog: WireAgent.CatalogWith("tiny", 400_000));
        agent.OnLook = () => new string('x', 20_000);
        var begun = (WireReply.Says("I will now") with { IsCut = true }).ToStream(spec[..spec.IndexOf(':', StringComparison.Ordinal)]);
        agent.Server.OnRequest = (number, _) => Task.FromResult(IsSummary(agent.Server.Bodies[number]) ? agent.Server.Stream(WireReply.Says("the summary"))
            : number < 4 ? agent.Server.Stream(WireReply.Call("look", $$"""{"n":{{number}}}"""))
            : number == 4 ? RecordedHttp.StreamOf(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"{begun}{failure}\n\n")))
            : agent.Server.Stream(WireReply.Says("done")));

        var reply = await agent.SendAsync("go");

        Assert.Equal((ThreadStatus.Done, "done"), (reply.Status, reply.Text));
        Assert.Single((await agent.JournalAsync()).OfType<ContextCompacted>());
    }

    [Theory]
    [InlineData("openai-chat:tiny")]
    [InlineData("openai:tiny")]
    [InlineData("anthropic:tiny")]
    public async Task Run_HundredsOfStepsOnASmallWindow_NeverLeavesItAndNeverPartsACallFromItsResult(string spec)
    {
        await using var agent = new WireAgent(spec, builder => builder.UseLimit(new() { MaxCalls = 1000 }), WireAgent.CatalogWith("tiny", Window));
        var looks = 0;
        agent.OnLook = () => $"{++looks}: {new string("aé漢"[looks % 3], 400 * (looks % 7))}";
        var steps = 0;
        agent.Server.OnRequest = (number, _) =>
        {
            var body = agent.Server.Bodies[number];
            var reply = IsSummary(body) ? WireReply.Says("Task: go. Looked often.")
                : ++steps > 300 ? WireReply.Says("done")
                : new WireReply { Calls = [("a", "look", $$"""{"n":{{steps}}}"""), ("b", "look", $$"""{"m":"{{new string('y', steps % 50 * 100)}}"}""")] };
            return Task.FromResult(agent.Server.Stream(reply with { InputTokens = TokensOf(body) }));
        };

        var reply = await agent.SendAsync("go, and remember the number 4711");

        Assert.Equal((ThreadStatus.Done, "done"), (reply.Status, reply.Text));
        Assert.All(agent.Server.Bodies, body => Assert.InRange(TokensOf(body), 1, Window));
        Assert.All(agent.Server.Bodies.Where(body => !IsSummary(body)), AssertCallsAndResultsMatch);
        Assert.InRange((await agent.JournalAsync()).OfType<ContextCompacted>().Count(), 5, 100);
    }

    [Fact]
    public async Task Run_SummaryFails_HistoryIsKeptAsATranscript()
    {
        await using var agent = new WireAgent("openai-chat:tiny", builder => builder.UseCompaction(new CompactionOptions { KeepMessages = 2 }), WireAgent.CatalogWith("tiny", Window));
        agent.OnLook = () => new string('x', 8_000);
        agent.Server.OnRequest = (number, _) => Task.FromResult(IsSummary(agent.Server.Bodies[number]) ? WireServer.Error(400, """{"error":{"message":"no summaries here"}}""")
            : agent.Server.Bodies.Count < 15 ? agent.Server.Stream(WireReply.Call("look", $$"""{"n":{{number}}}""") with { InputTokens = TokensOf(agent.Server.Bodies[number]) })
            : agent.Server.Stream(WireReply.Says("done")));

        var reply = await agent.SendAsync("remember the number 4711");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.NotEmpty((await agent.JournalAsync()).OfType<ContextCompacted>());
        Assert.Contains("remember the number 4711", agent.Server.Bodies[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneHugeMessage_IsShortenedAndAnswered()
    {
        await using var agent = new WireAgent("openai-chat:tiny", catalog: WireAgent.CatalogWith("tiny", Window));
        agent.Server.OnRequest = (number, _) => Task.FromResult(TokensOf(agent.Server.Bodies[number]) > Window
            ? WireServer.Error(400, """{"error":{"code":"context_length_exceeded","message":"too long"}}""")
            : agent.Server.Stream(WireReply.Says("done")));

        var reply = await agent.SendAsync($"the beginning {new string('漢', 500_000)} the end");

        Assert.Equal((ThreadStatus.Done, "done"), (reply.Status, reply.Text));
        Assert.Contains("the beginning", agent.Server.Bodies[^1], StringComparison.Ordinal);
        Assert.Contains("the end", agent.Server.Bodies[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ManyHugeResultsInOneStep_AreShortenedTogether()
    {
        await using var agent = new WireAgent("openai-chat:tiny", catalog: WireAgent.CatalogWith("tiny", Window));
        agent.OnLook = () => new string('x', 30_000);
        agent.Server.Answers(
            new WireReply { Calls = [.. Enumerable.Range(0, 20).Select(index => ($"c{index}", "look", $$"""{"n":{{index}}}"""))] },
            WireReply.Says("done"));

        var reply = await agent.SendAsync("go");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        Assert.InRange(TokensOf(agent.Server.Bodies[^1]), 1, Window);
        AssertCallsAndResultsMatch(agent.Server.Bodies[^1]);
    }

    [Fact]
    public async Task Run_AlwaysTooLong_EndsFailedWithTheReason()
    {
        await using var agent = new WireAgent("openai-chat:tiny", catalog: WireAgent.CatalogWith("tiny", Window));
        agent.Server.OnRequest = (_, _) => Task.FromResult(WireServer.Error(400, """{"error":{"code":"context_length_exceeded","message":"too long"}}"""));

        var reply = await agent.SendAsync("go");

        Assert.Equal(ThreadStatus.Failed, reply.Status);
        Assert.Contains("too long", reply.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Window)]
    [InlineData(400_000)]
    public async Task Run_CompactionLeftOut_FailsWhenTheProviderSaysTooLong(int believed)
    {
        await using var agent = new WireAgent(
            "openai-chat:tiny", builder => builder.UseCompaction(new CompactionOptions { Enabled = false }), WireAgent.CatalogWith("tiny", believed));
        agent.OnLook = () => new string('x', 20_000);
        agent.Server.OnRequest = (number, _) => Task.FromResult(TokensOf(agent.Server.Bodies[number]) > Window
            ? WireServer.Error(400, """{"error":{"code":"context_length_exceeded","message":"too long"}}""")
            : agent.Server.Stream(WireReply.Call("look", $$"""{"n":{{number}}}""")));

        var reply = await agent.SendAsync("go");

        Assert.Equal(ThreadStatus.Failed, reply.Status);
        Assert.Contains("too long", reply.Reason, StringComparison.Ordinal);
        Assert.Empty((await agent.JournalAsync()).OfType<ContextCompacted>());
    }

    [Fact]
    public async Task Run_SummaryCosts_CountForTheThread()
    {
        await using var agent = new WireAgent(
            "openai-chat:tiny",
            builder => builder.UseCompaction(new CompactionOptions { TriggerMessages = 6, KeepMessages = 2 }),
            WireAgent.CatalogWith("tiny", Window, """{"input":500,"output":0}"""));
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream((IsSummary(agent.Server.Bodies[number]) ? WireReply.Says("the summary")
            : number < 5 ? WireReply.Call("look", $$"""{"n":{{number}}}""")
            : WireReply.Says("done")) with { InputTokens = 1_000 }));

        var reply = await agent.SendAsync("go");

        Assert.Contains(agent.Server.Bodies, IsSummary);
        Assert.Equal(agent.Server.Bodies.Count * 0.5m, reply.CostUsd);
    }

    private static bool IsSummary(string body) => body.Contains("older part of a coding agent", StringComparison.Ordinal);

    /// <summary>Tokens as a strict provider might count them.</summary>
    private static int TokensOf(string body) => System.Text.Encoding.UTF8.GetByteCount(body) / 4;

    private static void AssertCallsAndResultsMatch(string body)
    {
        using var json = JsonDocument.Parse(body);
        List<string> calls = [], results = [];
        Collect(json.RootElement, calls, results);
        Assert.Equal(calls.Order(), results.Order());
    }

    private static void Collect(JsonElement element, List<string> calls, List<string> results)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            var type = element.TryGetProperty("type", out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString() : "";
            (string Name, List<string> Into)? found = element.TryGetProperty("tool_call_id", out _) ? ("tool_call_id", results)
                : type switch
                {
                    "function_call_output" => ("call_id", results),
                    "tool_result" => ("tool_use_id", results),
                    "function_call" => ("call_id", calls),
                    "tool_use" or "function" when element.TryGetProperty("id", out _) => ("id", calls),
                    _ => null,
                };
            if (found is { } place)
            {
                place.Into.Add(element.GetProperty(place.Name).GetString()!);
            }

            foreach (var member in element.EnumerateObject())
            {
                Collect(member.Value, calls, results);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(item, calls, results);
            }
        }
    }
}
