using System.Text.Json;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.OpenAI;

public sealed class ChatCompletionsTests
{
    private const string Stop = """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";

    private static string Delta(string delta) => """{"id":"c1","model":"m-1","choices":[{"index":0,"delta":""" + delta + "}]}";

    [Fact]
    public async Task Ask_TextInPieces_IsOneTextWithUsageAndModel()
    {
        var http = new RecordedHttp().Stream(
            Delta("""{"role":"assistant","content":"Hel"}"""), Delta("""{"content":"lo \ud83d\ude00"}"""), Stop,
            """{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}}""", "[DONE]");

        var reply = await ModelTest.Client("openai-chat:m", http).AskAsync();

        Assert.Equal("Hello 😀", reply.Text);
        Assert.Single(reply.Contents);
        Assert.Equal(ChatFinishReason.Stop, reply.FinishReason);
        Assert.Equal("openai-chat:m", reply.Model);
        Assert.Equal((10, 4, 3), (reply.Used().Input, reply.Used().CachedInput, reply.Used().Output));
    }

    [Fact]
    public async Task Ask_Request_HasKeyAddressAndMessagesLast()
    {
        var http = new RecordedHttp().Stream(Stop);

        await ModelTest.Client("openai-chat:m", http).AskAsync([new ChatMessage(ChatRole.User, "hi")], ModelTest.Options());

        Assert.Equal("https://api.openai.com/v1/chat/completions", http.Requests[0].RequestUri!.AbsoluteUri);
        Assert.Equal("Bearer k-openai", http.Requests[0].Headers.GetValues("Authorization").Single());
        Assert.EndsWith("""
            "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]}
            """, http.Bodies[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dashscope:q", "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions")]
    [InlineData("ollama:q", "http://127.0.0.1:11434/v1/chat/completions")]
    public async Task Ask_OtherProvider_GoesToItsAddress(string spec, string url)
    {
        var http = new RecordedHttp().Stream(Stop);

        await ModelTest.Client(spec, http).AskAsync();

        Assert.Equal(url, http.Requests[0].RequestUri!.AbsoluteUri);
    }

    [Fact]
    public async Task Ask_CallsInPieces_KeepTheirArgumentsByteForByte()
    {
        var http = new RecordedHttp().Stream(
            Delta("""{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"read_file","arguments":"{ \"pa"}}]}"""),
            Delta("""{"tool_calls":[{"index":1,"id":"b","function":{"name":"read_file","arguments":"{}"}}]}"""),
            Delta("""{"tool_calls":[{"index":0,"id":"","function":{"arguments":"th\":1.0 }"}}]}"""),
            """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""", "[DONE]");

        var reply = await ModelTest.Client("openai-chat:m", http).AskAsync();

        Assert.Equal(["a", "b"], reply.Calls.Select(call => call.CallId));
        Assert.Equal("{ \"path\":1.0 }", reply.Calls.First().Raw());
        Assert.Equal(ChatFinishReason.ToolCalls, reply.FinishReason);
    }

    [Theory]
    [InlineData("{\"path\":")]
    [InlineData("[1]")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("nonsense")]
    public async Task Ask_BrokenArguments_AreHandedOnWithTheReason(string raw)
    {
        var http = new RecordedHttp().Stream(
            Delta("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"no_such_tool","arguments":""" + JsonSerializer.Serialize(raw) + "}}]}"), Stop);

        var reply = await ModelTest.Client("openai-chat:m", http).AskAsync();

        var call = Assert.Single(reply.Calls);
        Assert.Equal("no_such_tool", call.Name);
        Assert.Equal(raw, call.Raw());
        Assert.NotNull(call.Exception);
        Assert.Null(call.Arguments);
    }

    [Fact]
    public async Task Ask_RepeatedCallIds_AreHandedOnAsTheyAre()
    {
        var http = new RecordedHttp().Stream(
            Delta("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}"}},{"index":1,"id":"a","function":{"name":"y","arguments":"{}"}}]}"""), Stop);

        var reply = await ModelTest.Client("openai-chat:m", http).AskAsync();

        Assert.Equal([("a", "x"), ("a", "y")], reply.Calls.Select(call => (call.CallId, call.Name)));
    }

    [Fact]
    public async Task Ask_ServerWithoutIndexes_SplitsCallsById()
    {
        var http = new RecordedHttp().Stream(
            Delta("""{"tool_calls":[{"id":"a","function":{"name":"x","arguments":"{}"}}]}"""),
            Delta("""{"tool_calls":[{"id":"b","function":{"name":"y","arguments":{"n":1}}}]}"""), Stop);

        var reply = await ModelTest.Client("openai-chat:m", http).AskAsync();

        Assert.Equal([("x", "{}"), ("y", "{\"n\":1}")], reply.Calls.Select(call => (call.Name, call.Raw()!)));
    }

    [Fact]
    public async Task Ask_EmptyAnswer_IsEmpty()
    {
        var reply = await ModelTest.Client("openai-chat:m", new RecordedHttp().Stream("[DONE]")).AskAsync();

        Assert.Empty(reply.Contents);
    }

    [Theory]
    [InlineData("")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"par\"}}]}\n\n")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"par\n\n")]
    public async Task Ask_CutStream_IsUnavailable(string body)
    {
        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Client("openai-chat:m", new RecordedHttp().Raw(body)).AskAsync());

        Assert.Equal(ModelErrorKind.Unavailable, exception.Kind);
        Assert.Equal("openai-chat:m", exception.Model);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("""{"choices":null}""")]
    [InlineData("""{"choices":[{"delta":null}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":5,"tool_calls":[null,{"index":"x"}]}}]}""")]
    public async Task Ask_UnexpectedShapes_AreSkipped(string chunk)
    {
        var reply = await ModelTest.Client("openai-chat:m", new RecordedHttp().Stream(chunk, Delta("""{"content":"ok"}"""), Stop)).AskAsync();

        Assert.Equal("ok", reply.Text);
    }

    [Fact]
    public async Task Ask_LoneSurrogate_IsReplaced()
    {
        var http = new RecordedHttp().Stream(Delta("""{"content":"a\ud800b\n"}"""), Stop).Stream(Stop);
        var client = ModelTest.Client("openai-chat:m", http);

        var reply = await client.AskAsync();
        await client.AskAsync("cut \ud83d");

        Assert.Equal("a\ufffdb\n", reply.Text);
        Assert.Contains("cut \ufffd", http.Bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OwnReasoningWithCalls_GoesBackAndOthersDoesNot()
    {
        var http = new RecordedHttp().Stream(Stop);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "hi"),
            new(ChatRole.Assistant, [ModelTest.Reasoning("openai-chat:m", "mine", null), ModelTest.Reasoning("anthropic:x", "theirs", "sig"), ModelTest.Call("a", "x", "{}")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "r")]),
        ];

        await ModelTest.Client("openai-chat:m", http).AskAsync(messages);

        Assert.Contains("\"reasoning_content\":\"mine\"", http.Bodies[0], StringComparison.Ordinal);
        Assert.DoesNotContain("theirs", http.Bodies[0], StringComparison.Ordinal);
        Assert.DoesNotContain("sig", http.Bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_ImagesInResults_FollowAllResultsOfTheStep()
    {
        var http = new RecordedHttp().Stream(Stop);
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("see"), new DataContent(new byte[] { 1, 2 }, "image/png")]),
            new(ChatRole.Assistant, [ModelTest.Call("a", "x", "{}"), ModelTest.Call("b", "x", "{}")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", new List<AIContent> { new TextContent("one"), new DataContent(new byte[] { 3 }, "image/png") })]),
            new(ChatRole.Tool, [new FunctionResultContent("b", "two")]),
        ];

        await ModelTest.Client("openai-chat:m", http).AskAsync(messages);

        using var json = JsonDocument.Parse(http.Bodies[0]);
        var roles = json.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString());
        Assert.Equal(["user", "assistant", "tool", "tool", "user"], roles);
        Assert.Contains("data:image/png;base64,AQI=", http.Bodies[0], StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,Aw==", http.Bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_NotAStream_SaysWhatCame()
    {
        var http = new RecordedHttp { Otherwise = () => new HttpResponseMessage { Content = new StringContent("<html>", System.Text.Encoding.UTF8, "text/html") } };

        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Client("openai-chat:m", http).AskAsync());

        Assert.Contains("text/html", exception.Message, StringComparison.Ordinal);
    }
}
