using System.Text.Json;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Anthropic;

public sealed class MessagesTests
{
    private const string Spec = "anthropic:claude-opus-5-5";
    private const string Start = """{"type":"message_start","message":{"id":"msg_1","model":"claude-opus-5-5","usage":{"input_tokens":3,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":1}}}""";
    private const string Stop = """{"type":"message_stop"}""";

    private static string End(string reason) => "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + reason + "\"},\"usage\":{\"output_tokens\":42}}";

    [Fact]
    public async Task Ask_ThinkingTextAndCall_AreReadInOrder()
    {
        var http = new RecordedHttp().Stream(
            Start, """{"type":"ping"}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG=="}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"HIDDEN"}}""",
            """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Let me look."}}""",
            """{"type":"content_block_stop","index":2}""",
            """{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_1","name":"read_file","input":{}}}""",
            """{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"path\": "}}""",
            """{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\"a\"}"}}""",
            """{"type":"content_block_stop","index":3}""",
            End("tool_use"), Stop);

        var reply = await ModelTest.Client(Spec, http).AskAsync();

        var thinking = Assert.IsType<TextReasoningContent>(reply.Contents[0]);
        Assert.Equal(("hm", "SIG=="), (thinking.Text, thinking.ProtectedData));
        Assert.Equal("redacted_thinking:HIDDEN", Assert.IsType<TextReasoningContent>(reply.Contents[1]).ProtectedData);
        Assert.Equal("Let me look.", reply.Text);
        Assert.Equal("{\"path\": \"a\"}", Assert.Single(reply.Calls).Raw());
        Assert.Equal(ChatFinishReason.ToolCalls, reply.FinishReason);
        Assert.Equal((123, 100, 20, 42), (reply.Used().Input, reply.Used().CachedInput, reply.Used().CacheWrite, reply.Used().Output));
    }

    [Fact]
    public async Task Ask_Request_KeepsThinkingArgumentsAndResultsExact()
    {
        var http = new RecordedHttp().Stream(Start, End("end_turn"), Stop);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "hi"),
            new(ChatRole.Assistant,
            [
                ModelTest.Reasoning(Spec, "", "SIG"), ModelTest.Reasoning(Spec, "", "redacted_thinking:HIDDEN"), ModelTest.Reasoning("anthropic:claude-opus-5", "old", "OLD"),
                new TextContent(" \n"), ModelTest.Call("a", "x", "{ \"n\": 1.0 }"), ModelTest.Call("b", "y", "{ broken"),
            ]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "one")]),
            new(ChatRole.Tool, [new FunctionResultContent("b", "two") { AdditionalProperties = new() { [ModelProperties.IsError] = true } }]),
        ];

        await ModelTest.Client(Spec, http).AskAsync(messages, ModelTest.Options());

        Assert.Contains("""
            "messages":[{"role":"user","content":[{"type":"text","text":"hi"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"SIG"},{"type":"redacted_thinking","data":"HIDDEN"},{"type":"tool_use","id":"a","name":"x","input":{ "n": 1.0 }},{"type":"tool_use","id":"b","name":"y","input":{"invalid_arguments":"{ broken"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"one"},{"type":"tool_result","tool_use_id":"b","is_error":true,"content":"two"}]}]
            """, http.Bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_AnthropicItself_MarksTheCacheAtTheTopAndAfterTheSystemPrompt()
    {
        var http = new RecordedHttp().Stream(Start, End("end_turn"), Stop);

        await ModelTest.Client(Spec, http).AskAsync([new ChatMessage(ChatRole.User, "hi")], ModelTest.Options());

        using var json = JsonDocument.Parse(http.Bodies[0]);
        Assert.Equal("ephemeral", json.RootElement.GetProperty("cache_control").GetProperty("type").GetString());
        Assert.True(json.RootElement.GetProperty("system")[0].TryGetProperty("cache_control", out _));
        Assert.DoesNotContain("cache_control", json.RootElement.GetProperty("messages").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("drop_block", json.RootElement.GetProperty("thinking").GetProperty("block_binding").GetProperty("prefix_mismatch_behavior").GetString());
        Assert.Equal("https://api.anthropic.com/v1/messages", http.Requests[0].RequestUri!.AbsoluteUri);
        Assert.Equal("k-anthropic", http.Requests[0].Headers.GetValues("x-api-key").Single());
        Assert.True(http.Requests[0].Headers.Contains("anthropic-beta"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://127.0.0.1:1/v1/")]
    public async Task Ask_CompatibleServer_MarksTheLastBlock(string url)
    {
        var http = new RecordedHttp().Stream(Start, End("end_turn"), Stop);

        await ModelTest.Client(Spec, http, ("ANTHROPIC_BASE_URL", url)).AskAsync();

        Assert.Contains("""{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}]""".Replace("\"hi\"", "\"hello\"", StringComparison.Ordinal), http.Bodies[0], StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:1/v1/messages", http.Requests[0].RequestUri!.AbsoluteUri);
        Assert.DoesNotContain("block_binding", http.Bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_RepeatedOrForeignCallIds_BecomeUniqueAndAcceptable()
    {
        var http = new RecordedHttp().Stream(Start, End("end_turn"), Stop);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "hi"),
            new(ChatRole.Assistant, [ModelTest.Call("f.x:0", "a b", "{}"), ModelTest.Call("f.x:0", "y", "{}"), ModelTest.Call("", "y", "{}")]),
            new(ChatRole.Tool, [new FunctionResultContent("f.x:0", "1"), new FunctionResultContent("f.x:0", "2"), new FunctionResultContent("", "3")]),
        ];

        await ModelTest.Client(Spec, http).AskAsync(messages);

        using var json = JsonDocument.Parse(http.Bodies[0]);
        var sent = json.RootElement.GetProperty("messages");
        Assert.Equal(["f_x_0", "f_x_0_2", "call"], sent[1].GetProperty("content").EnumerateArray().Select(block => block.GetProperty("id").GetString()));
        Assert.Equal(["f_x_0", "f_x_0_2", "call"], sent[2].GetProperty("content").EnumerateArray().Select(block => block.GetProperty("tool_use_id").GetString()));
        Assert.Equal("a_b", sent[1].GetProperty("content")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Ask_EmptyMessages_AreNeverSentEmpty()
    {
        var http = new RecordedHttp().Stream(Start, End("end_turn"), Stop);

        await ModelTest.Client(Spec, http).AskAsync([new(ChatRole.User, ""), new(ChatRole.Assistant, []), new(ChatRole.User, "go on")]);

        Assert.Equal(2, http.Bodies[0].Split("(empty)").Length - 1);
    }

    [Fact]
    public async Task Ask_ImageInResult_StaysInIt()
    {
        var http = new RecordedHttp().Stream(Start, End("end_turn"), Stop);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "hi"), new(ChatRole.Assistant, [ModelTest.Call("a", "x", "{}")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", new List<AIContent> { new TextContent("pic"), new DataContent(new byte[] { 3 }, "image/png") })]),
        ];

        await ModelTest.Client(Spec, http).AskAsync(messages);

        Assert.Contains("""[{"type":"text","text":"pic"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"Aw=="}}]""", http.Bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OlderModelAfterAnothersStep_DoesNotThink()
    {
        var http = new RecordedHttp().Stream(Start, End("end_turn"), Stop).Stream(Start, End("end_turn"), Stop);
        var client = ModelTest.Client("anthropic:claude-opus-4-5", http);
        var options = new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.Medium } };

        await client.AskAsync([new ChatMessage(ChatRole.User, "hi")], options);
        await client.AskAsync([new(ChatRole.User, "hi"), new(ChatRole.Assistant, [ModelTest.Call("a", "x", "{}")]), new(ChatRole.Tool, [new FunctionResultContent("a", "1")])], options);

        Assert.Contains("\"budget_tokens\":10000", http.Bodies[0], StringComparison.Ordinal);
        Assert.DoesNotContain("budget_tokens", http.Bodies[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("overloaded_error", "Overloaded", ModelErrorKind.Overloaded)]
    [InlineData("rate_limit_error", "slow", ModelErrorKind.RateLimited)]
    [InlineData("api_error", "Internal server error", ModelErrorKind.Unavailable)]
    [InlineData("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", ModelErrorKind.ContextOverflow)]
    public async Task Ask_ErrorWithinTheStream_HasItsKind(string type, string message, ModelErrorKind kind)
    {
        var http = new RecordedHttp().Stream(Start, "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message + "\"}}");

        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Client(Spec, http).AskAsync());

        Assert.Equal(kind, exception.Kind);
    }

    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("refusal", "content_filter")]
    [InlineData("something_new", "something_new")]
    public async Task Ask_StopReason_IsMapped(string reason, string expected)
    {
        var reply = await ModelTest.Client(Spec, new RecordedHttp().Stream(Start, End(reason), Stop)).AskAsync();

        Assert.Equal(expected, reply.FinishReason!.Value.Value);
    }

    [Fact]
    public async Task Ask_CutBeforeTheEnd_IsUnavailable()
    {
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Client(Spec, new RecordedHttp().Stream(Start, End("end_turn"))).AskAsync());

        Assert.Equal(ModelErrorKind.Unavailable, exception.Kind);
    }
}
