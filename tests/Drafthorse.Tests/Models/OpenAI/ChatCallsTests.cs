using System.Text.Json;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.OpenAI;

/// <summary>Calls in pieces, whatever servers do with their indexes, ids and further members.</summary>
public sealed class ChatCallsTests
{
    private const string Stop = """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""";

    [Theory]
    [InlineData("""[{"index":0,"id":"","function":{"name":"a","arguments":"{\"n\":1}"}},{"index":0,"id":"","function":{"name":"b","arguments":"{\"n\":2}"}}]""")]
    [InlineData("""[{"index":0,"function":{"name":"a","arguments":"{\"n\":1}"}}]""", """[{"index":0,"function":{"name":"b","arguments":"{\"n\":2}"}}]""")]
    [InlineData("""[{"id":"","function":{"name":"a","arguments":"{\"n\":1}"}}]""", """[{"id":"","function":{"name":"b","arguments":"{\"n\":2}"}}]""")]
    [InlineData("""[{"index":0,"id":"x","function":{"name":"a","arguments":"{\"n\":1}"}}]""", """[{"index":0,"id":"y","function":{"name":"b","arguments":"{\"n\":2}"}}]""")]
    [InlineData("""[{"index":0,"id":"x","function":{"name":"a","arguments":"{\"n\""}}]""", """[{"index":0,"id":"r1","function":{"arguments":":1}"}}]""", """[{"index":1,"id":"y","function":{"name":"b","arguments":{"n":2}}}]""")]
    [InlineData("""[{"index":0,"function":{"name":"a","arguments":"{\"n\""}}]""", """[{"index":0,"function":{"name":"a","arguments":":1}"}}]""", """[{"index":1,"function":{"name":"b","arguments":"{\"n\":2}"}}]""")]
    public async Task Ask_TwoCalls_AreTwo(params string[] pieces)
    {
        var reply = await ModelTest.Client("openai-chat:m", Streaming(pieces)).AskAsync();

        Assert.Equal([("a", """{"n":1}"""), ("b", """{"n":2}""")], reply.Calls.Select(call => (call.Name, call.Raw()!.Replace(" ", "", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Ask_MemberNameIsNotUnicode_IsSkipped()
    {
        var reply = await ModelTest.Client("openai-chat:m", Streaming("""[{"index":0,"id":"a","\ud800":1,"function":{"\ud800":2,"name":"a","arguments":"{}"}}]""")).AskAsync();

        Assert.Equal("a", reply.Calls.Single().Name);
    }

    [Fact]
    public async Task Ask_SameToolTwiceWithWholeArgumentsAndNoIds_IsTwoCalls()
    {
        var piece = """[{"index":0,"id":"","function":{"name":"a","arguments":"{}"}}]""";

        Assert.Equal(2, (await ModelTest.Client("openai-chat:m", Streaming(piece, piece)).AskAsync()).Calls.Count());
    }

    [Theory]
    [InlineData("openai-chat:m", "\"extra_content\":{\"google\":{\"thought_signature\":\"SIG\"}}")]
    [InlineData("openai:m", "\"namespace\":\"n\",\"signature\":\"SIG\"")]
    [InlineData("anthropic:m", "\"caller\":{\"type\":\"direct\"},\"signature\":\"SIG\"")]
    public async Task Ask_FurtherMembersOfACall_SurviveTheJournalAndGoBackToTheirModelOnly(string spec, string members)
    {
        var stream = spec switch
        {
            "openai:m" => $$$"""{"type":"response.output_item.done","item":{"type":"function_call","call_id":"a","name":"x","arguments":"{}",{{{members}}}}}""",
            "anthropic:m" => $$$"""{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"x","input":{},{{{members}}}}}""",
            _ => $$$"""{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{}","kind":"inner"},{{{members}}}}]}}]}""",
        };
        var end = spec switch
        {
            "openai:m" => ["""{"type":"response.completed","response":{}}"""],
            "anthropic:m" => new[] { """{"type":"content_block_stop","index":0}""", """{"type":"message_stop"}""" },
            _ => [Stop],
        };
        var http = new RecordedHttp().Stream([stream, .. end]).Stream(end).Stream(end);
        var reply = await ModelTest.Client(spec, http).AskAsync();
        var journaled = ContentMapping.ToContent(ContentMapping.ToBlock(reply.Calls.Single())!)!;
        ChatMessage[] messages = [new(ChatRole.User, "hi"), new(ChatRole.Assistant, [journaled]), new(ChatRole.Tool, [new FunctionResultContent("a", "r")])];

        await ModelTest.Client(spec, http).AskAsync(messages);
        await ModelTest.Client(spec.Replace(":m", ":other", StringComparison.Ordinal), http).AskAsync(messages);

        Assert.Contains(members, http.Bodies[1], StringComparison.Ordinal);
        Assert.Equal(spec == "openai-chat:m", http.Bodies[1].Contains("\"arguments\":\"{}\",\"kind\":\"inner\"}", StringComparison.Ordinal));
        Assert.DoesNotContain("SIG", http.Bodies[2], StringComparison.Ordinal);
        using var body = JsonDocument.Parse(http.Bodies[1]);
    }

    private static RecordedHttp Streaming(params string[] pieces) => new RecordedHttp().Stream(
        [.. pieces.Select(piece => $$$$"""{"choices":[{"index":0,"delta":{"tool_calls":{{{{piece}}}}}}]}"""), Stop]);
}
