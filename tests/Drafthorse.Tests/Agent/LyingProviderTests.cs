using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent;

/// <summary>Budgets and bounds hold against a provider that lies about what was used, breaks off, or ends its answers oddly.</summary>
public sealed class LyingProviderTests
{
    private const string Scope = "tokens:thread:";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai-chat", null)]
    [InlineData("openai-chat", """{"prompt_tokens":-5000,"completion_tokens":-1}""")]
    [InlineData("openai-chat", """{"prompt_tokens":0,"completion_tokens":0}""")]
    [InlineData("openai-chat", """{"prompt_tokens":1,"completion_tokens":1}""")]
    [InlineData("openai-chat", """{"prompt_tokens":1e300,"completion_tokens":"many"}""")]
    [InlineData("openai-chat", """{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807}""")]
    [InlineData("openai", """{"input_tokens":-9223372036854775808,"output_tokens":-1}""")]
    [InlineData("anthropic", """{"input_tokens":9223372036854775807,"cache_read_input_tokens":9223372036854775807,"output_tokens":-3}""")]
    public async Task Run_UsageCannotBeTrue_OurEstimateFillsTheBudget(string provider, string? usage)
    {
        var server = new WireServer(provider);
        server.OnRequest = (number, _) => Task.FromResult(WithUsage(provider, number, usage));
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        using var factory = NewFactory(server);
        await using var agent = NewAgent(factory, store, $"{provider}:m", new ThreadBudget { UnpricedTokens = 30_000 });

        var reply = await agent.RunAsync(new AgentMessage { Text = new string('x', 6_000), ThreadKey = "cli:t" }, Token);

        var spent = await store.GetSpentAsync(Scope + ThreadId.FromKey("cli:t"), Token);
        Assert.Equal(ThreadStatus.Stopped, reply.Status);
        Assert.Contains("is used up", reply.Reason, StringComparison.Ordinal);
        Assert.InRange(server.Bodies.Count, 2, 20);
        Assert.InRange(spent, 10_000, 30_000);
        Assert.Equal(reply.Usage.Input + reply.Usage.Output, spent);
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}]}\n\n", ThreadStatus.Failed, 3, true)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"TEXT\"}}]}\n\ndata: {\"error\":{\"code\":401,\"message\":\"no\"}}\n\n", ThreadStatus.Failed, 1, true)]
    [InlineData("{\"error\":{\"code\":401,\"message\":\"no\"}}", ThreadStatus.Failed, 1, false)]
    public async Task Run_AnswerBreaksOff_WhatCameIsSettled(string body, ThreadStatus status, int attempts, bool isSettled)
    {
        var server = new WireServer("openai-chat") { OnRequest = (_, _) => Task.FromResult(Body(body.Replace("TEXT", new string('y', 3_300), StringComparison.Ordinal))) };
        await using var store = new InMemoryThreadStore(TimeProvider.System);
        using var factory = NewFactory(server);
        await using var agent = NewAgent(factory, store, "openai-chat:m", new ThreadBudget());

        var reply = await agent.RunAsync(new AgentMessage { Text = "go", ThreadKey = "cli:t" }, Token);

        var spent = await store.GetSpentAsync(Scope + ThreadId.FromKey("cli:t"), Token);
        Assert.Equal((status, attempts), (reply.Status, server.Bodies.Count));
        Assert.InRange(spent, isSettled ? 1_000 * attempts : 0, isSettled ? 10_000 * attempts : 0);
    }

    [Theory]
    [InlineData("insufficient_system_resource")]
    [InlineData("network_error")]
    [InlineData("error")]
    [InlineData("ABORT")]
    [InlineData("upstream_failure")]
    public async Task Run_ReasonSaysThatTheProviderFailed_IsRetried(string reason)
    {
        await using var agent = new WireAgent("openai-chat:m");
        agent.Server.Answers(WireReply.Says("half") with { Finish = reason }, WireReply.Says("whole"));

        var reply = await agent.SendAsync("go");

        Assert.Equal((ThreadStatus.Done, "whole", 2), (reply.Status, reply.Text, agent.Server.Bodies.Count));
        Assert.Single((await agent.JournalAsync()).OfType<ModelReplied>());
    }

    [Theory]
    [InlineData("openai-chat:m", "max_tokens", "cut off at the output limit")]
    [InlineData("openai-chat:m", "model_length", "cut off at the output limit")]
    [InlineData("openai-chat:m", "MAX_TOKENS", "cut off at the output limit")]
    [InlineData("openai-chat:m", "MALFORMED_FUNCTION_CALL", "could not be read")]
    [InlineData("openai-chat:m", "something_new", "not known here (something_new)")]
    [InlineData("openai:m", "max_tokens", "cut off at the output limit")]
    [InlineData("openai:m", "something_new", "not known here (something_new)")]
    [InlineData("anthropic:m", "model_context_window_exceeded", "cut off at the output limit")]
    [InlineData("anthropic:m", "pause_turn", "not known here (pause_turn)")]
    [InlineData("anthropic:m", "something_new", "not known here (something_new)")]
    public async Task Run_ReasonIsNoEnd_IsToldToTheModelAndGoesOn(string spec, string reason, string told)
    {
        await using var agent = new WireAgent(spec);
        agent.Server.OnRequest = (number, _) => Task.FromResult(number == 0 ? Ending(spec, reason) : agent.Server.Stream(WireReply.Says("whole")));

        var reply = await agent.SendAsync("go");

        Assert.Equal((ThreadStatus.Done, "whole"), (reply.Status, reply.Text));
        Assert.Contains(told, agent.Server.Bodies[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MALFORMED_FUNCTION_CALL", 3)]
    [InlineData("something_new", 3)]
    public async Task Run_ReasonIsNeverAnEnd_Fails(string reason, int calls)
    {
        await using var agent = new WireAgent("openai-chat:m");
        agent.Server.Answers(WireReply.Says("half") with { Finish = reason });

        Assert.Equal((ThreadStatus.Failed, calls), ((await agent.SendAsync("go")).Status, agent.Server.Bodies.Count));
    }

    [Fact]
    public async Task Run_NameOf10MB_IsCutAndAnswered()
    {
        await using var agent = new WireAgent("openai-chat:m");
        agent.Server.OnRequest = (number, _) => Task.FromResult(agent.Server.Stream(number == 0
            ? WireReply.Call(new string('n', 3_000_000), "{}", new string('i', 100_000))
            : WireReply.Says("ok")));

        var reply = await agent.SendAsync("go");

        var call = (await agent.JournalAsync()).OfType<ModelReplied>().First().Content.Single(block => block.Kind == "tool_call");
        Assert.Equal((ThreadStatus.Done, 128), (reply.Status, call.Name!.Length));
        Assert.InRange(agent.Server.Bodies[1].Length, 0, 100_000);
    }

    [Fact]
    public async Task Run_RuntimeFails_PeopleReadWordsAndNotTheRuntimes()
    {
        var harness = new AgentHarness();
        harness.Model.Fails(new OverflowException("Arithmetic operation resulted in an overflow at System.Decimal."));

        var reply = await harness.SendAsync("go");

        Assert.Equal(ThreadStatus.Failed, reply.Status);
        Assert.DoesNotContain("Arithmetic", reply.Reason, StringComparison.Ordinal);
    }

    private static ModelFactory NewFactory(WireServer server) => new(
        ModelTest.Settings(("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY", "k")), WireAgent.CatalogWith("m", 100_000), new RetryOptions { MinDelay = TimeSpan.Zero }, handler: server);

    private static HarnessAgent NewAgent(ModelFactory factory, InMemoryThreadStore store, string spec, ThreadBudget budget) => HarnessAgent.CreateBuilder("test")
        .UseModel(factory.Create(ModelSpec.Parse(spec)), spec)
        .UseModelCatalog(factory.Catalog)
        .UseStateStore(store)
        .UseTools(AIFunctionFactory.Create((int n) => $"seen {n}", "look"))
        .UseBudget(budget)
        .Build();

    private static HttpResponseMessage Body(string body) => RecordedHttp.StreamOf(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(body)));

    private static HttpResponseMessage WithUsage(string provider, int number, string? usage)
    {
        var arguments = $$"""{"n":{{number}}}""";
        var told = System.Text.Json.JsonSerializer.Serialize(arguments);
        var u = usage is null ? "" : $",\"usage\":{usage}";
        return Body(string.Concat((provider switch
        {
            "openai" => new[]
            {
                $$$$"""{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"look","arguments":{{{{told}}}}}}""",
                $$$$"""{"type":"response.completed","response":{"id":"r"{{{{u}}}}}}""",
            },
            "anthropic" =>
            [
                $$$$"""{"type":"message_start","message":{"id":"r"{{{{u}}}}}}""",
                $$$$"""{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c","name":"look","input":{{{{arguments}}}}}}""",
                """{"type":"content_block_stop","index":0}""",
                """{"type":"message_stop"}""",
            ],
            _ =>
            [
                $$$$"""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"look","arguments":{{{{told}}}}}}]},"finish_reason":"tool_calls"}]{{{{u}}}}}""",
            ],
        }).Select(item => $"data: {item}\n\n")));
    }

    private static HttpResponseMessage Ending(string spec, string reason) => Body(string.Concat((spec switch
    {
        "openai:m" => new[]
        {
            """{"type":"response.output_text.delta","delta":"half"}""",
            $$$$"""{"type":"response.incomplete","response":{"incomplete_details":{"reason":"{{{{reason}}}}"}}}""",
        },
        "anthropic:m" =>
        [
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"half"}}""",
            $$$$"""{"type":"message_delta","delta":{"stop_reason":"{{{{reason}}}}"}}""",
            """{"type":"message_stop"}""",
        ],
        _ => [$$"""{"choices":[{"delta":{"content":"half"},"finish_reason":"{{reason}}"}]}"""],
    }).Select(item => $"data: {item}\n\n")));
}
