using System.Text.Json;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Http.Requests;

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
    public async Task Ask_OtherTools_AreWritten() => Assert.Contains(
        "count_files",
        await SecondBodyAsync("thread", (_, options) => options.Tools!.Add(AIFunctionFactory.Create(() => 1, "count_files", "Counts."))),
        StringComparison.Ordinal);

    [Fact]
    public async Task Ask_OtherInstructions_AreWritten() =>
        Assert.Contains("Be long.", await SecondBodyAsync("thread", (_, options) => options.Instructions = "Be long."), StringComparison.Ordinal);

    [Fact]
    public async Task Ask_MessageChangedOutsideOfThread_IsWrittenAnew() =>
        Assert.Contains("other words", await SecondBodyAsync(null, (messages, _) => messages[0].Contents = [new TextContent("other words")]), StringComparison.Ordinal);

    [Fact]
    public async Task Ask_AfterAMessageThatCannotBeWritten_HasNothingOfIt()
    {
        var client = ModelTest.Client("openai-chat:m", _http);
        var hello = new ChatMessage(ChatRole.User, "hello");
        var bad = new ChatMessage(ChatRole.User, [new TextContent("half of it"), new UriContent(new Uri("relative.png", UriKind.Relative), "image/png")]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.AskAsync([hello, bad], Options("thread")));
        await client.AskAsync([hello, new ChatMessage(ChatRole.User, "go on")], Options("thread"));

        Assert.DoesNotContain("half of it", Assert.Single(_http.Bodies), StringComparison.Ordinal);
        Assert.Equal(2, JsonDocument.Parse(_http.Bodies[0]).RootElement.GetProperty("messages").GetArrayLength() - 1);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Asks with one message, and again after something changed. Returns the second request.</summary>
    private async Task<string> SecondBodyAsync(string? thread, Action<List<ChatMessage>, ChatOptions> change)
    {
        var client = ModelTest.Client("openai-chat:m", _http);
        List<ChatMessage> messages = [new(ChatRole.User, "hello")];
        var options = Options(thread);
        await client.AskAsync(messages, options);
        change(messages, options);
        await client.AskAsync(messages, options);
        return _http.Bodies[1];
    }

    private static ChatOptions Options(string? thread)
    {
        var options = ModelTest.Options();
        options.AdditionalProperties = thread is null ? null : new() { [ModelProperties.Thread] = thread };
        return options;
    }
}
