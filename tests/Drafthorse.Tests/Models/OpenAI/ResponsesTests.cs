using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.OpenAI;

public sealed class ResponsesTests
{
    private const string Completed = """{"type":"response.completed","response":{"id":"r1","model":"m-1","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":5},"output_tokens":2}}}""";

    [Fact]
    public async Task Ask_ReasoningTextAndCall_AreReadInOrder()
    {
        var http = new RecordedHttp().Stream(
            """{"type":"response.created","response":{"id":"r1","model":"m-1"}}""",
            """{"type":"response.reasoning_summary_text.delta","delta":"think"}""",
            """{"type":"response.output_item.done","item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"think"}],"encrypted_content":"ENC"}}""",
            """{"type":"response.output_text.delta","delta":"Hi"}""",
            """{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text","text":"Hi"}]}}""",
            """{"type":"response.output_item.done","item":{"type":"function_call","call_id":"a","name":"x","arguments":"{ }"}}""",
            Completed);

        var reply = await ModelTest.Client("openai:m", http).AskAsync();

        var reasoning = Assert.IsType<TextReasoningContent>(reply.Contents[0]);
        Assert.Equal(("think", "ENC"), (reasoning.Text, reasoning.ProtectedData));
        Assert.Equal("openai:m", reasoning.AdditionalProperties![ModelProperties.Vendor]);
        Assert.Equal("Hi", reply.Text);
        Assert.Equal("{ }", Assert.Single(reply.Calls).Raw());
        Assert.Equal(ChatFinishReason.ToolCalls, reply.FinishReason);
        Assert.Equal((9, 5, 2), (reply.Used().Input, reply.Used().CachedInput, reply.Used().Output));
    }

    [Fact]
    public async Task Ask_ItemsWithoutDeltas_AreReadFromTheItems()
    {
        var http = new RecordedHttp().Stream(
            """{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text","text":"whole"}]}}""", Completed);

        Assert.Equal("whole", (await ModelTest.Client("openai:m", http).AskAsync()).Text);
    }

    [Fact]
    public async Task Ask_Request_StoresNothingAndSendsOwnReasoningAndExactArguments()
    {
        var http = new RecordedHttp().Stream(Completed);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "hi"),
            new(ChatRole.Assistant, [ModelTest.Reasoning("openai:m", "t", "ENC"), ModelTest.Reasoning("openai:other", "t", "OTHER"), ModelTest.Call("a", "x", "{ broken")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "done")]),
        ];

        await ModelTest.Client("openai:m", http).AskAsync(messages, ModelTest.Options());

        Assert.Equal("https://api.openai.com/v1/responses", http.Requests[0].RequestUri!.AbsoluteUri);
        Assert.Contains("\"store\":false,\"include\":[\"reasoning.encrypted_content\"]", http.Bodies[0], StringComparison.Ordinal);
        Assert.EndsWith("""
            "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]},{"type":"reasoning","summary":[],"encrypted_content":"ENC"},{"type":"function_call","call_id":"a","name":"x","arguments":"{ broken"},{"type":"function_call_output","call_id":"a","output":"done"}]}
            """, http.Bodies[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"response.failed","response":{"error":{"code":"server_error","message":"boom"}}}""", ModelErrorKind.Unavailable)]
    [InlineData("""{"type":"response.failed","response":{"error":{"code":"context_length_exceeded","message":"Your input exceeds the context window of this model."}}}""", ModelErrorKind.ContextOverflow)]
    [InlineData("""{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached"}}}""", ModelErrorKind.RateLimited)]
    [InlineData("""{"type":"error","code":"server_is_overloaded","message":"busy"}""", ModelErrorKind.Overloaded)]
    [InlineData("""{"type":"error","error":{"type":"insufficient_quota","message":"pay"}}""", ModelErrorKind.QuotaExhausted)]
    public async Task Ask_ErrorWithinTheStream_HasItsKind(string item, ModelErrorKind kind)
    {
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Client("openai:m", new RecordedHttp().Stream(item)).AskAsync());

        Assert.Equal(kind, exception.Kind);
    }

    [Theory]
    [InlineData("max_output_tokens", "length")]
    [InlineData("content_filter", "content_filter")]
    public async Task Ask_IncompleteAnswer_SaysWhy(string reason, string expected)
    {
        var http = new RecordedHttp().Stream("{\"type\":\"response.incomplete\",\"response\":{\"incomplete_details\":{\"reason\":\"" + reason + "\"}}}");

        Assert.Equal(expected, (await ModelTest.Client("openai:m", http).AskAsync()).FinishReason!.Value.Value);
    }
}
