using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Http.Requests;

/// <summary>What a server names as unsupported is left out or renamed, once more is asked, and it is remembered.</summary>
public sealed class RequestParametersTests
{
    private const string Own = "http://127.0.0.1:1/v1";

    [Theory]
    [InlineData("openai-chat:m", "max_tokens", """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}""")]
    [InlineData("openai-chat:m", "max_tokens", """{"error":"max_tokens is not supported, use max_completion_tokens instead"}""")]
    [InlineData("openai-chat:m", "stream_options", """{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}""")]
    [InlineData("openai-chat:m", "parallel_tool_calls", """[{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"parallel_tool_calls\": Cannot find field.","status":"INVALID_ARGUMENT"}}]""")]
    [InlineData("openai-chat:m", "temperature", """{"error":{"message":"Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.","param":"temperature"}}""")]
    [InlineData("openai-chat:m", "tool_choice", """{"error":{"message":"Error code: 400","metadata":{"raw":"{\"message\":\"tool_choice is not supported\"}"}}}""")]
    [InlineData("openai-chat:m", "reasoning_effort", """{"error":{"message":"Argument not supported on this model: reasoningEffort"}}""")]
    [InlineData("openai:m", "strict", """{"error":{"message":"Unknown parameter: 'tools[0].strict'.","param":"tools[0].strict"}}""")]
    [InlineData("openai:m", "include", """{"error":{"message":"Encrypted content is not supported with this model.","param":"include"}}""")]
    [InlineData("anthropic:m", "temperature", """{"type":"error","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."}}""")]
    [InlineData("anthropic:m", "tool_choice", """{"type":"error","error":{"type":"invalid_request_error","message":"tool_choice: Extra inputs are not permitted"}}""")]
    public async Task Ask_ParameterIsNamedAsUnsupported_OnceMoreWithoutAndRemembered(string spec, string name, string refusal)
    {
        var server = new WireServer(spec.Split(':')[0]);
        server.OnRequest = (number, _) => Task.FromResult(server.Bodies[number].Contains($"\"{name}\":", StringComparison.Ordinal)
            ? WireServer.Error(400, refusal)
            : server.Stream(WireReply.Says("ok")));
        using var factory = Factory(server);

        var first = await factory.Create(ModelSpec.Parse(spec)).AskAsync([new ChatMessage(ChatRole.User, "hi")], Options(spec));
        var second = await factory.Create(ModelSpec.Parse(spec)).AskAsync([new ChatMessage(ChatRole.User, "hi")], Options(spec));

        Assert.Equal(("ok", "ok", 3), (first.Text, second.Text, server.Bodies.Count));
        Assert.Contains($"\"{name}\":", server.Bodies[0], StringComparison.Ordinal);
        Assert.Equal(name == "max_tokens", server.Bodies[2].Contains("\"max_completion_tokens\":77", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ask_SeveralAreRefusedOneByOne_AllAreLeftOut()
    {
        string[] refused = ["max_tokens", "max_completion_tokens", "stream_options", "temperature"];
        var server = new WireServer("openai-chat");
        server.OnRequest = (number, _) => Task.FromResult(Array.Find(refused, name => server.Bodies[number].Contains($"\"{name}\":", StringComparison.Ordinal)) is { } name
            ? WireServer.Error(400, $$$$"""{"error":{"message":"{{{{name}}}} is not supported"}}""")
            : server.Stream(WireReply.Says("ok")));
        using var factory = Factory(server);

        Assert.Equal("ok", (await factory.Create(ModelSpec.Parse("openai-chat:m")).AskAsync([new ChatMessage(ChatRole.User, "hi")], Options("openai-chat:m"))).Text);
    }

    [Theory]
    [InlineData("""{"error":{"message":"max_tokens is not supported"}}""")]
    [InlineData("""{"error":{"message":"The model does not exist"}}""")]
    public async Task Ask_AlwaysRefused_EndsSoon(string refusal)
    {
        var server = new WireServer("openai-chat") { OnRequest = (_, _) => Task.FromResult(WireServer.Error(400, refusal)) };
        using var factory = Factory(server);

        await Assert.ThrowsAsync<ModelException>(() => factory.Create(ModelSpec.Parse("openai-chat:m")).AskAsync([new ChatMessage(ChatRole.User, "hi")], Options("openai-chat:m")));

        Assert.InRange(server.Bodies.Count, 1, 3);
    }

    [Theory]
    [InlineData("openai-chat:m", "reasoning_content", "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2")]
    [InlineData("openai-chat:m", "reasoning_content", "The `reasoning_content` in the thinking mode must be passed back to the API.")]
    [InlineData("openai-chat:m", "reasoning_content", "messages[1]: assistant message with tool_calls must include reasoning_content")]
    [InlineData("anthropic:m", "thinking", "The `content[].thinking` in the thinking mode must be passed back to the API.")]
    public async Task Ask_TargetDemandsReasoningWithCalls_GetsItEmptyWhereNothingIsKnown(string spec, string name, string demand)
    {
        var server = new WireServer(spec.Split(':')[0]);
        server.OnRequest = (number, _) => Task.FromResult(server.Bodies[number].Contains($"\"{name}\":\"\"", StringComparison.Ordinal)
            ? server.Stream(WireReply.Says("ok"))
            : WireServer.Error(400, $$$$"""{"error":{"message":"{{{{demand}}}}"}}"""));
        using var factory = Factory(server);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "hi"),
            new(ChatRole.Assistant, [ModelTest.Reasoning("anthropic:x", "of another", "sig"), ModelTest.Call("a", "x", "{}")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "r")]),
        ];

        var reply = await factory.Create(ModelSpec.Parse(spec)).AskAsync(messages, new ChatOptions { AdditionalProperties = new() { [ModelProperties.Thread] = "t" } });

        Assert.Equal(("ok", 2), (reply.Text, server.Bodies.Count));
        Assert.DoesNotContain("of another", server.Bodies[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://h/openai/deployments/x?api-version=2024-10-21", "openai-chat:m", "http://h/openai/deployments/x/chat/completions?api-version=2024-10-21")]
    [InlineData("http://h/v1/?a=b", "openai:m", "http://h/v1/responses?a=b")]
    [InlineData("http://h", "openai-chat:m", "http://h/chat/completions")]
    [InlineData("http://h/proxy/v1/?k=1#top", "anthropic:m", "http://h/proxy/v1/messages?k=1")]
    [InlineData("http://h/v1?k=1", "ollama:m", "http://h/v1/chat/completions?k=1")]
    [InlineData("http://h?k=1", "ollama:m", "http://h/v1/chat/completions?k=1")]
    public async Task Ask_AddressWithAQuery_PathStandsBeforeIt(string address, string spec, string expected)
    {
        var provider = spec.Split(':')[0];
        var http = new RecordedHttp().Raw(WireReply.Says("ok").ToStream(provider));

        await ModelTest.Client(spec, http, ($"{provider.Split('-')[0].ToUpperInvariant()}_BASE_URL", address)).AskAsync();

        Assert.Equal(expected, http.Requests[0].RequestUri!.AbsoluteUri);
    }

    private static ModelFactory Factory(WireServer server) => new(
        ModelTest.Settings(("OPENAI_BASE_URL", Own), ("ANTHROPIC_BASE_URL", Own)), retry: new RetryOptions { MaxAttempts = 1 }, handler: server);

    private static ChatOptions Options(string spec)
    {
        var options = ModelTest.Options();
        options.MaxOutputTokens = 77;
        options.Temperature = 0.5f;
        options.AllowMultipleToolCalls = true;
        options.ToolMode = ChatToolMode.RequireAny;
        options.Reasoning = spec.StartsWith("openai-chat", StringComparison.Ordinal) ? new ReasoningOptions { Effort = ReasoningEffort.Low } : null;
        options.ResponseFormat = ChatResponseFormat.Json;
        options.AdditionalProperties = new() { [ModelProperties.Thread] = "t" };
        return options;
    }
}
