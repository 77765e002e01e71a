using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models;

/// <summary>Shortens what tests of models repeat.</summary>
internal static class ModelTest
{
    public static ModelSettings Settings(params (string Name, string Value)[] values) =>
        ModelSettings.From(name => Array.Find(values, pair => pair.Name == name).Value);

    /// <summary>A client with keys and the vendors' own addresses, over prepared HTTP; one attempt.</summary>
    public static IChatClient Client(string spec, RecordedHttp http, params (string Name, string Value)[] settings)
    {
        (string, string)[] keys = [("OPENAI_API_KEY", "k-openai"), ("ANTHROPIC_API_KEY", "k-anthropic"), ("DASHSCOPE_API_KEY", "k-dashscope")];
        var factory = new ModelFactory(Settings([.. keys, .. settings]), retry: new RetryOptions { MaxAttempts = 1 }, handler: http);
        return factory.Create(ModelSpec.Parse(spec));
    }

    public static async Task<ModelReply> AskAsync(this IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions? options = null)
    {
        var reply = new ModelReplyBuilder();
        await foreach (var update in client.GetStreamingResponseAsync(messages, options, TestContext.Current.CancellationToken))
        {
            reply.Add(update);
        }

        return reply.Build();
    }

    public static Task<ModelReply> AskAsync(this IChatClient client, string text = "hello") => client.AskAsync([new ChatMessage(ChatRole.User, text)]);

    /// <summary>What the provider reported for the answer.</summary>
    public static TokenUsage Used(this ModelReply reply) => UsageSettlement.Sane(reply.Attempts[^1].Reported!);

    public static string? Raw(this FunctionCallContent call) => call.AdditionalProperties?[ModelProperties.Arguments] as string;

    public static FunctionCallContent Call(string id, string name, string raw) =>
        new(id, name) { AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Arguments] = raw } };

    public static TextReasoningContent Reasoning(string vendor, string text, string? opaque) =>
        new(text) { ProtectedData = opaque, AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Vendor] = vendor } };

    public static ChatOptions Options() => new()
    {
        Instructions = "Be brief.",
        Tools = [AIFunctionFactory.Create((string path) => path, "read_file", "Reads a file.")],
    };
}
