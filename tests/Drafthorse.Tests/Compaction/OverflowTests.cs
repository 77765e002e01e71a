using System.Globalization;
using System.Text;
using Drafthorse.Harness;
using Drafthorse.Harness.Models.Http.Errors;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;
using Drafthorse.Tests.Models;

namespace Drafthorse.Tests.Compaction;

/// <summary>A provider that says that a request is too long, in whatever words, costs one compaction and one retry.</summary>
public sealed class OverflowTests
{
    private const int Limit = 30_000;

    /// <summary>What providers really say: LIMIT and SENT stand for numbers. Taken from their documentation and from public reports about coding agents
    /// and gateways that met them.</summary>
    public static TheoryData<string, string, int, string> Wordings => new()
    {
        // OpenAI's API reference for Chat Completions; reports of chat front ends
        { "OpenAI", "openai-chat:tiny", 400, """{"error":{"message":"This model's maximum context length is LIMIT tokens. However, your messages resulted in SENT tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""" },
        // the Responses API, which names no number
        { "OpenAI Responses", "openai:tiny", 400, """{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}""" },
        // reports about coding agents on Anthropic's API
        { "Anthropic", "anthropic:tiny", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: SENT tokens > LIMIT maximum"},"request_id":"req_1"}""" },
        { "Anthropic with max_tokens", "anthropic:tiny", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: SENT + 1000 > LIMIT, decrease input length or `max_tokens` and try again"}}""" },
        { "Anthropic by bytes", "anthropic:tiny", 413, """{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}""" },
        // reports about Claude on Bedrock, direct and behind gateways
        { "Bedrock", "anthropic:tiny", 400, """{"message":"Input is too long for requested model."}""" },
        { "Bedrock, relayed", "anthropic:tiny", 400, """{"error":{"type":"ValidationException","message":"The model returned the following errors: prompt is too long: SENT tokens > LIMIT maximum"}}""" },
        // reports about Qwen's agents
        { "DashScope", "dashscope:tiny", 400, """{"error":{"code":"invalid_parameter_error","message":"<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, LIMIT]","param":null,"type":"invalid_request_error"},"request_id":"r"}""" },
        // reports about Gemini's command line, whose errors are lists
        { "Gemini", "openai-chat:tiny", 400, """[{"error":{"code":400,"message":"The input token count (SENT) exceeds the maximum number of tokens allowed (LIMIT).","errors":[{"message":"The input token count (SENT) exceeds the maximum number of tokens allowed (LIMIT).","domain":"global","reason":"badRequest"}],"status":"INVALID_ARGUMENT"}}]""" },
        // OpenRouter's documentation of its middle-out transform
        { "OpenRouter", "openai-chat:tiny", 400, """{"error":{"message":"This endpoint's maximum context length is LIMIT tokens. However, you requested about SENT tokens (SENT of text input). Please reduce the length of either one, or use the \"middle-out\" transform to compress your prompt automatically.","code":400,"metadata":{"provider_name":null}}}""" },
        // vLLM's sources, older and newer
        { "vLLM", "openai-chat:tiny", 400, """{"object":"error","message":"This model's maximum context length is LIMIT tokens. However, you requested SENT tokens (SENT in the messages, 0 in the completion). Please reduce the length of the messages or completion.","type":"BadRequestError","param":null,"code":400}""" },
        { "vLLM, newer", "openai-chat:tiny", 400, """{"error":{"message":"You passed SENT input tokens and requested 0 output tokens. However, the model's context length is only LIMIT tokens, resulting in a maximum input length of LIMIT tokens.","type":"BadRequestError","param":"input_tokens","code":400}}""" },
        // Ollama's sources, and llama.cpp's below it
        { "Ollama", "ollama:tiny", 400, """{"error":{"message":"prompt too long; exceeded max context length by 4 tokens","type":"invalid_request_error","param":null,"code":null}}""" },
        { "Ollama, llama.cpp", "ollama:tiny", 400, """{"error":{"code":400,"message":"the request (SENT tokens) exceeds the available context size (LIMIT tokens), try increasing it","type":"exceed_context_size_error"}}""" },
        // reports about coding agents on Grok
        { "xAI", "openai-chat:tiny", 400, """{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is LIMIT but the request contains SENT tokens."}""" },
        // reports about coding agents on DeepSeek
        { "DeepSeek", "openai-chat:tiny", 400, """{"error":{"message":"This model's maximum context length is LIMIT tokens. However, you requested SENT tokens (SENT in the messages, 0 in the completion). Please reduce the length of the messages or completion.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""" },
        // reports about Moonshot's own agent
        { "Kimi", "openai-chat:tiny", 400, """{"error":{"message":"Invalid request: Your request exceeded model token limit: LIMIT (requested: SENT)","type":"invalid_request_error"}}""" },
    };

    [Theory]
    [MemberData(nameof(Wordings))]
    public async Task Overflow_InEachProvidersWords_CostsOneCompactionAndOneRetry(string provider, string spec, int status, string words)
    {
        foreach (var isStreamed in new[] { false, true })
        {
            await using var agent = NewAgent(spec, (body, begun) => isStreamed ? Streamed(spec, begun, Filled(words, body)) : WireServer.Error(status, Filled(words, body)));

            var reply = await agent.SendAsync("go");

            Assert.True((reply.Status, reply.Text) == (ThreadStatus.Done, "done"), $"{provider}, {(isStreamed ? "in a stream" : "at once")}: {reply.Status} {reply.Reason}");
            var steps = agent.Server.Bodies.Where(body => !MaskAndFrameTests.IsSummary(body)).ToList();
            Assert.Single(steps, IsTooLong);
            Assert.False(IsTooLong(steps[steps.FindIndex(IsTooLong) + 1]));
            Assert.Equal(new[] { steps.FindIndex(IsTooLong) }, (await agent.JournalAsync()).OfType<ContextCompacted>().Take(1).Select(compacted => compacted.Step));
        }
    }

    [Theory]
    [InlineData("openai-chat:tiny", false)]
    [InlineData("anthropic:tiny", true)]
    public async Task Overflow_Twice_EndsInClearWordsWithTheHistoryIntact(string spec, bool isStreamed)
    {
        var words = """{"error":{"type":"invalid_request_error","message":"prompt is too long: SENT tokens > LIMIT maximum"}}""";
        await using var agent = NewAgent(spec, (body, begun) => isStreamed ? Streamed(spec, begun, Filled(words, body)) : WireServer.Error(400, Filled(words, body)), isStubborn: true);

        var reply = await agent.SendAsync("remember 4711");

        Assert.Equal(ThreadStatus.Failed, reply.Status);
        Assert.Contains("prompt is too long", reply.Reason, StringComparison.Ordinal);
        Assert.Contains("The context was made shorter once and still does not fit; the journal keeps all of it. Choose a model with a larger window", reply.Reason, StringComparison.Ordinal);
        var journal = await agent.JournalAsync();
        Assert.Single(journal.OfType<ContextCompacted>());
        var steps = journal.OfType<ModelReplied>().Count();
        Assert.Equal(steps, journal.OfType<ToolFinished>().Count(finished => finished.Content[0].Text!.Length == 20_000));
        Assert.Equal(steps + 2, agent.Server.Bodies.Count(body => !MaskAndFrameTests.IsSummary(body)));

        agent.Server.OnRequest = (_, _) => Task.FromResult(agent.Server.Stream(WireReply.Says("here again")));
        Assert.Equal("here again", (await agent.SendAsync("and now?")).Text);
        Assert.Contains("remember 4711", agent.Server.Bodies[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Overflow_CompactionOff_EndsInClearWords()
    {
        await using var agent = NewAgent("openai-chat:tiny", (_, _) => WireServer.Error(400, """{"error":{"code":"context_length_exceeded","message":"too long"}}"""), compaction: new CompactionOptions { Enabled = false });

        var reply = await agent.SendAsync("go");

        Assert.Equal(ThreadStatus.Failed, reply.Status);
        Assert.Contains("The context could not be made shorter", reply.Reason, StringComparison.Ordinal);
        Assert.Empty((await agent.JournalAsync()).OfType<ContextCompacted>());
    }

    [Theory]
    [InlineData("This model's maximum context length is 128,000 tokens. However, your messages resulted in 130,000", 128_000L)]
    [InlineData("The prompt (total length 25938) is too long to fit into the model (context length 4096).", 4_096L)]
    [InlineData("maximum context length of 32768 tokens", 32_768L)]
    [InlineData("too large for model with 32768 maximum context length", 32_768L)]
    [InlineData("This request has 99999999999999999999 tokens > 99999999999999999999 maximum", null)]
    [InlineData("the input is too long: 5000 tokens", null)]
    [InlineData("context length exceeded", null)]
    public void Limit_InWords_IsFound(string words, long? limit) => Assert.Equal(limit, OverflowLimit.Find(words));

    private static WireAgent NewAgent(string spec, Func<string, string, HttpResponseMessage> fail, bool isStubborn = false, CompactionOptions? compaction = null)
    {
        // The catalog believes in a much larger window, so only the provider's own words help.
        var agent = new WireAgent(spec, builder => builder.UseCompaction(compaction ?? new CompactionOptions()), WireAgent.CatalogWith("tiny", 400_000));
        agent.OnLook = () => new string('x', 20_000);
        var (calls, failed) = (0, false);
        agent.Server.OnRequest = (number, _) =>
        {
            var body = agent.Server.Bodies[number];
            if (!MaskAndFrameTests.IsSummary(body) && (IsTooLong(body) || (failed && isStubborn)))
            {
                failed = true;
                return Task.FromResult(fail(body, (WireReply.Says("I will now") with { IsCut = true }).ToStream(spec[..spec.IndexOf(':', StringComparison.Ordinal)])));
            }

            return Task.FromResult(agent.Server.Stream(MaskAndFrameTests.IsSummary(body) ? WireReply.Says("the summary")
                : ++calls < 16 ? WireReply.Call("look", $$"""{"n":{{calls}}}""", $"c{calls}")
                : WireReply.Says("done")));
        };
        return agent;
    }

    private static bool IsTooLong(string body) => MaskAndFrameTests.TokensOf(body) > Limit;

    private static string Filled(string words, string body) => words
        .Replace("LIMIT", Limit.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("SENT", MaskAndFrameTests.TokensOf(body).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static HttpResponseMessage Streamed(string spec, string begun, string error)
    {
        var failure = spec.StartsWith("openai:", StringComparison.Ordinal) ? $$"""{"type":"response.failed","response":{{error}}}"""
            : spec.StartsWith("anthropic:", StringComparison.Ordinal) && error.StartsWith("{\"error\"", StringComparison.Ordinal) ? $$"""{"type":"error",{{error[1..]}}"""
            : error;
        return RecordedHttp.StreamOf(new MemoryStream(Encoding.UTF8.GetBytes($"{begun}data: {failure}\n\n")));
    }
}
