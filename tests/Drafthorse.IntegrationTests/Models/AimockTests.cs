using System.Text;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.IntegrationTests.Models;

public sealed class AimockTests(AimockServer server) : IClassFixture<AimockServer>
{
    public static TheoryData<string> Providers => [.. AimockFixtures.Providers];

    private ModelFactory Factory(int attempts = 5)
    {
        if (server.Url is null)
        {
            Assert.Skip(server.Why);
        }

        string? Read(string name) => name switch
        {
            "ANTHROPIC_BASE_URL" => server.Url,
            _ when name.EndsWith("_BASE_URL", StringComparison.Ordinal) => server.Url + "/v1",
            _ when name.EndsWith("_API_KEY", StringComparison.Ordinal) => "test-key",
            _ => null,
        };
        return new ModelFactory(ModelSettings.From(Read), retry: new RetryOptions { MaxAttempts = attempts, MinDelay = TimeSpan.FromMilliseconds(1) });
    }

    private static async Task<(ModelReply Reply, int Restarts, string Streamed)> AskAsync(IChatClient client, IEnumerable<ChatMessage> messages)
    {
        var builder = new ModelReplyBuilder();
        var restarts = 0;
        var streamed = new StringBuilder();
        var options = new ChatOptions { Instructions = "Be brief.", Tools = [AIFunctionFactory.Create((string path) => path, "read_file", "Reads a file.")] };
        await foreach (var update in client.GetStreamingResponseAsync(messages, options, TestContext.Current.CancellationToken))
        {
            restarts += update.AdditionalProperties?.ContainsKey(ModelProperties.Restart) == true ? 1 : 0;
            streamed.Append(update.Text);
            builder.Add(update);
        }

        return (builder.Build(), restarts, streamed.ToString());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Ask_RateLimitErrorOverloadAndCut_AnswersInTheEnd(string provider)
    {
        using var factory = Factory();
        var client = factory.Create(ModelSpec.Parse(provider));

        var (reply, restarts, streamed) = await AskAsync(client, [new ChatMessage(ChatRole.User, $"flaky for {provider}.")]);

        Assert.Equal("At last, the whole answer.", reply.Text);
        Assert.Equal(4, restarts);
        Assert.EndsWith("At last, the whole answer.", streamed, StringComparison.Ordinal);
        Assert.StartsWith(provider + ":", reply.Model, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Ask_ToolsAndTheirResults_GoRound(string provider)
    {
        using var factory = Factory();
        var client = factory.Create(ModelSpec.Parse(provider));
        var messages = new List<ChatMessage> { new(ChatRole.User, "read two files") };

        var (first, _, _) = await AskAsync(client, messages);
        messages.Add(new ChatMessage(ChatRole.Assistant, [.. first.Contents]));
        messages.AddRange(first.Calls.Select(call => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, $"content of {call.Arguments!["path"]}")])));
        var (second, _, _) = await AskAsync(client, messages);

        Assert.Equal("Let me look.", first.Text);
        Assert.Equal(["{\"path\":\"a.txt\"}", "{\"path\":\"b.txt\"}"], first.Calls.Select(call => (string?)call.AdditionalProperties![ModelProperties.Arguments]));
        Assert.Contains(first.Contents, content => content is TextReasoningContent { Text: "Two files." });
        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        Assert.Equal("Both were read.", second.Text);
        Assert.Equal(ChatFinishReason.Stop, second.FinishReason);
    }

    [Fact]
    public async Task Ask_PrimaryBreaksInTheMiddleEachTime_FallbackAnswersAndIsNamed()
    {
        using var factory = Factory(attempts: 2);
        var client = factory.Create(ModelSpec.ParseList("openai-chat:gpt-out,anthropic"));

        var (reply, restarts, _) = await AskAsync(client, [new ChatMessage(ChatRole.User, "out of order")]);

        Assert.Equal("Somebody else answers.", reply.Text);
        Assert.Equal(2, restarts);
        Assert.Equal(ModelSpec.Parse("anthropic").ToString(), reply.Model);
    }
}
