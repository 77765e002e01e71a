using System.Runtime.CompilerServices;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent;

/// <summary>A chat client that answers with what the test says, call by call, and remembers the requests.</summary>
internal sealed class FakeModel : IChatClient
{
    private readonly Queue<Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<AIContent[]>>> _answers = new();

    public List<IReadOnlyList<ChatMessage>> Requests { get; } = [];

    public FakeModel Says(string text, long inputTokens = 100) => Then((_, _) => Task.FromResult<AIContent[]>([new TextContent(text), Usage(inputTokens)]));

    public FakeModel Calls(params (string Tool, string Arguments)[] calls) =>
        Calls([.. calls.Select((call, index) => ($"c{_answers.Count}-{index}", call.Tool, call.Arguments))]);

    public FakeModel Calls(params (string Id, string Tool, string Arguments)[] calls) =>
        Then((_, _) => Task.FromResult<AIContent[]>([.. calls.Select(call => Call(call.Id, call.Tool, call.Arguments)), Usage(100)]));

    public FakeModel Fails(Exception exception) => Then((_, _) => Task.FromException<AIContent[]>(exception));

    public FakeModel Then(Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<AIContent[]>> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = messages.ToList();
        Requests.Add(request);
        var contents = await _answers.Dequeue()(request, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, contents)
        {
            FinishReason = contents.OfType<FunctionCallContent>().Any() ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        };
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    public static FunctionCallContent Call(string id, string tool, string arguments) =>
        new(id, tool) { AdditionalProperties = new() { [ModelProperties.Arguments] = arguments } };

    public static UsageContent Usage(long input, long output = 10) =>
        new(new UsageDetails { InputTokenCount = input, OutputTokenCount = output });
}
