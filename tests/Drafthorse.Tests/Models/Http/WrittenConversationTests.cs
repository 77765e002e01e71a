using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Http;

/// <summary>What a client keeps of a thread's requests never shows in a later request that is another one.</summary>
public sealed class WrittenConversationTests : IDisposable
{
    private readonly RecordedHttp _http = new() { Otherwise = () => RecordedHttp.StreamOf(new MemoryStream("data: [DONE]\n\n"u8.ToArray())) };

    [Fact]
    public async Task Ask_ThreadThatTookAnotherTurn_IsWrittenAnew()
    {
        var client = ModelTest.Client("openai-chat:m", _http);
        List<ChatMessage> first = [new(ChatRole.User, "hello"), new(ChatRole.Assistant, "forgotten")];
        await client.AskAsync([.. first, new ChatMessage(ChatRole.User, "one")], Options("thread"));
        await client.AskAsync([first[0], new ChatMessage(ChatRole.Assistant, "kept"), new ChatMessage(ChatRole.User, "two")], Options("thread"));
        await client.AskAsync([first[0], new ChatMessage(ChatRole.Assistant, "kept"), new ChatMessage(ChatRole.User, "two")], Options("thread"));

        Assert.DoesNotContain("forgotten", _http.Bodies[1], StringComparison.Ordinal);
        Assert.Contains("kept", _http.Bodies[1], StringComparison.Ordinal);
        Assert.Equal(_http.Bodies[1], _http.Bodies[2]);
    }

    [Fact]
    public async Task Ask_OtherTools_AreWritten()
    {
        var client = ModelTest.Client("openai-chat:m", _http);
        List<ChatMessage> messages = [new(ChatRole.User, "hello")];
        var options = Options("thread");
        await client.AskAsync(messages, options);
        options.Tools!.Add(AIFunctionFactory.Create(() => 1, "count_files", "Counts."));
        await client.AskAsync(messages, options);

        Assert.Contains("count_files", _http.Bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OtherInstructions_AreWritten()
    {
        var client = ModelTest.Client("openai-chat:m", _http);
        List<ChatMessage> messages = [new(ChatRole.User, "hello")];
        var options = Options("thread");
        await client.AskAsync(messages, options);
        options.Instructions = "Be long.";
        await client.AskAsync(messages, options);

        Assert.Contains("Be long.", _http.Bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_MessageChangedOutsideOfThread_IsWrittenAnew()
    {
        var client = ModelTest.Client("openai-chat:m", _http);
        List<ChatMessage> messages = [new(ChatRole.User, "hello")];
        await client.AskAsync(messages, Options(thread: null));
        messages[0].Contents = [new TextContent("other words")];
        await client.AskAsync(messages, Options(thread: null));

        Assert.Contains("other words", _http.Bodies[1], StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();

    private static ChatOptions Options(string? thread)
    {
        var options = ModelTest.Options();
        options.AdditionalProperties = thread is null ? null : new() { [ModelProperties.Thread] = thread };
        return options;
    }
}
