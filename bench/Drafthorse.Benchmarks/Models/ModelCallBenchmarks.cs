using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Benchmarks.Models;

/// <summary>What one model call costs this process: writing the request and reading a streamed answer of 100 pieces of text and a
/// call, without a network. Beside our clients stand those of the vendors' SDKs.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class ModelCallBenchmarks
{
    private readonly ChatOptions _options = new() { Instructions = new string('i', 4_000), MaxOutputTokens = 1_000, Tools = [new ExecuteTool()] };
    private List<ChatMessage> _messages = [];
    private IChatClient _chat = null!;
    private IChatClient _chatSdk = null!;
    private IChatClient _anthropic = null!;
    private IChatClient _anthropicSdk = null!;

    /// <summary>Steps that the conversation has: a call and 2,000 characters of result each.</summary>
    [Params(10, 500)]
    public int Steps { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _messages = [new ChatMessage(ChatRole.User, "Fix the test.")];
        for (var step = 0; step < Steps; step++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"call_{step}");
            var call = new FunctionCallContent(id, "execute", new Dictionary<string, object?> { ["command"] = "make test" })
            {
                AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Arguments] = """{"command":"make test"}""" },
            };
            _messages.Add(new ChatMessage(ChatRole.Assistant, [new TextContent("I run the tests."), call]));
            _messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, new string('r', 2_000))]));
        }

        _chat = Ours("openai-chat:m", CannedAnswers.Chat);
        _anthropic = Ours("anthropic:m", CannedAnswers.Anthropic);
        _chatSdk = new OpenAI.OpenAIClient(new ApiKeyCredential("k"), new OpenAI.OpenAIClientOptions
        {
            RetryPolicy = new ClientRetryPolicy(0),
            Transport = new HttpClientPipelineTransport(new HttpClient(new CannedHttp(CannedAnswers.Chat))),
        }).GetChatClient("m").AsIChatClient();
        _anthropicSdk = new Anthropic.AnthropicClient { ApiKey = "k", MaxRetries = 0, HttpClient = new HttpClient(new CannedHttp(CannedAnswers.Anthropic)) }.AsIChatClient("m");
    }

    [Benchmark]
    public Task<int> Chat() => AskAsync(_chat);

    [Benchmark]
    public Task<int> ChatSdk() => AskAsync(_chatSdk);

    [Benchmark]
    public Task<int> Messages() => AskAsync(_anthropic);

    [Benchmark]
    public Task<int> MessagesSdk() => AskAsync(_anthropicSdk);

    private async Task<int> AskAsync(IChatClient client)
    {
        var contents = 0;
        await foreach (var update in client.GetStreamingResponseAsync(_messages, _options))
        {
            contents += update.Contents.Count;
        }

        return contents;
    }

    private static IChatClient Ours(string spec, string answer) =>
        new ModelFactory(ModelSettings.From(name => name.EndsWith("_API_KEY", StringComparison.Ordinal) ? "k" : null), handler: new CannedHttp(answer)).Create(ModelSpec.Parse(spec));
}
