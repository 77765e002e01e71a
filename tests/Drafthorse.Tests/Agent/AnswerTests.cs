using System.Text.Json;
using System.Text.Json.Serialization;
using Drafthorse.Harness;
using Drafthorse.Harness.Agent.Answers;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Models;

namespace Drafthorse.Tests.Agent;

/// <summary>Answers that are values.</summary>
public sealed partial class AnswerTests
{
    private const string Good = """{"title":"Clock drifts","severity":3,"tags":["time"]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal sealed record Finding(string Title, int Severity, string[] Tags);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(Finding))]
    [JsonSerializable(typeof(int[]))]
    private sealed partial class AnswerJson : JsonSerializerContext;

    [Theory]
    [InlineData("openai:m", "\"text\":{\"format\":{\"type\":\"json_schema\"", true)]
    [InlineData("openai-chat:m", "\"response_format\":{\"type\":\"json_schema\"", true)]
    [InlineData("anthropic:m", "\"output_config\":{\"format\":{\"type\":\"json_schema\"", true)]
    [InlineData("dashscope:m", "response_format", false)]
    [InlineData("ollama:m", "response_format", false)]
    public async Task Run_OfAType_AsksTheProviderThatCanEnforceItAndTellsAll(string spec, string native, bool isSent)
    {
        await using var agent = new WireAgent(spec);
        agent.Server.Answers(WireReply.Call("look", "{}"), WireReply.Says(Good));

        var reply = await agent.Agent.RunAsync(AgentMessage.Of("find one"), AnswerJson.Default.Finding, Token);

        Assert.Equal("Clock drifts", reply.Value.Title);
        Assert.Equal(3, reply.Value.Severity);
        Assert.Equal(isSent, agent.Server.Bodies[0].Contains(native, StringComparison.Ordinal));
        Assert.Contains("answer-format", agent.Server.Bodies[0], StringComparison.Ordinal);
        Assert.StartsWith(RequestPrefix.Of(agent.Server.Bodies[0]), agent.Server.Bodies[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Here it is: it drifts.", "it is not JSON")]
    [InlineData("""{"title":"x","tags":[]}""", "$ lacks the property")]
    [InlineData("""{"title":"x","severity":"high","tags":[]}""", "$.severity must be of type integer")]
    [InlineData("""{"title":"x","severity":1,"tags":[2]}""", "$.tags[0] must be of type string")]
    public async Task Run_AnswerOfTheWrongForm_IsCorrected(string wrong, string told)
    {
        await using var agent = new WireAgent("dashscope:m");
        agent.Server.Answers(WireReply.Says(wrong), WireReply.Says($"```json\n{Good}\n```"));

        var reply = await agent.Agent.RunAsync(AgentMessage.Of("find one"), AnswerJson.Default.Finding, Token);

        Assert.Equal("Clock drifts", reply.Value.Title);
        Assert.Equal(Good, reply.Reply.Text);
        Assert.Contains(told, agent.Server.Bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnswerNeverRight_FailsAfterTwoCorrections()
    {
        await using var agent = new WireAgent("dashscope:m");
        agent.Server.Answers(WireReply.Says("no"));

        var reply = await agent.Agent.RunAsync(AgentMessage.Of("find one"), AnswerJson.Default.Finding, Token);

        Assert.Equal(3, agent.Server.Bodies.Count);
        Assert.Equal(ThreadStatus.Failed, reply.Reply.Status);
        Assert.Contains("not JSON", reply.Reply.Reason, StringComparison.Ordinal);
        Assert.Throws<RunNotDoneException>(() => reply.Value);
    }

    [Fact]
    public async Task Run_ProviderRefusesTheSchema_GoesOnWithoutIt()
    {
        await using var agent = new WireAgent("openai:m");
        agent.Server.OnRequest = (number, _) => Task.FromResult(number == 0
            ? WireServer.Error(400, """{"error":{"message":"Invalid schema for response_format","type":"invalid_request_error"}}""")
            : agent.Server.Stream(WireReply.Says(Good)));

        var reply = await agent.Agent.RunAsync(AgentMessage.Of("find one"), AnswerJson.Default.Finding, Token);

        Assert.Equal("Clock drifts", reply.Value.Title);
        Assert.DoesNotContain("json_schema", agent.Server.Bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfAnArray_TravelsInAnObject()
    {
        await using var agent = new WireAgent("openai:m");
        agent.Server.Answers(WireReply.Says("""{"value":[1,2]}"""));

        var reply = await agent.Agent.RunAsync(AgentMessage.Of("count"), AnswerJson.Default.Int32Array, Token);

        Assert.Equal([1, 2], reply.Value);
    }

    [Fact]
    public async Task Run_OfATypeByReflection_Works()
    {
        await using var agent = new WireAgent("openai:m");
        agent.Server.Answers(WireReply.Says(Good));

        var reply = await agent.Agent.RunAsync<Finding>(AgentMessage.Of("find one"), Token);

        Assert.Equal(["time"], reply.Value.Tags);
    }

    [Fact]
    public async Task Run_NextMessageWithoutASchema_IsAnsweredInWords()
    {
        await using var agent = new WireAgent("openai:m");
        agent.Server.Answers(WireReply.Says(Good), WireReply.Says("in words"));
        using var schema = JsonDocument.Parse("""{"type":"object","required":["title"]}""");

        var first = await agent.Agent.RunAsync(AgentMessage.Of("find one") with { ThreadKey = "cli:k", AnswerSchema = schema.RootElement }, Token);
        var next = await agent.Agent.RunAsync(AgentMessage.Of("why?") with { ThreadKey = "cli:k" }, Token);

        Assert.Equal(Good, first.Text);
        Assert.Equal((ThreadStatus.Done, "in words"), (next.Status, next.Text));
        Assert.DoesNotContain("json_schema", agent.Server.Bodies[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"integer","minimum":2}}}""", """{"a":1}""", "$.a must have at least 2")]
    [InlineData("""{"type":["string","null"]}""", "null", null)]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"", "$ must be one of")]
    [InlineData("""{"const":1}""", "1.0", null)]
    [InlineData("""{"type":"integer"}""", "1.5", "integer")]
    [InlineData("""{"additionalProperties":false,"properties":{"a":{}}}""", """{"b":1}""", "$.b is not allowed")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "1", "must fit one of its 2")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "1", "exactly one")]
    [InlineData("""{"allOf":[{"required":["a"]},{"required":["b"]}]}""", """{"a":1}""", "lacks the property \"b\"")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "at most 1 items")]
    [InlineData("""{"type":"string","minLength":2}""", "\"é\"", "at least 2 characters")]
    [InlineData("""{"$ref":"#"}""", "1", "not allowed")]
    public void SchemaCheck_Value_IsJudged(string schema, string value, string? expected)
    {
        using var parsed = JsonDocument.Parse(schema);

        var error = AnswerSchemas.ErrorOf(parsed.RootElement, value);

        if (expected is null)
            Assert.Null(error);
        else
            Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
