using System.Net;
using Drafthorse.Harness;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent;

/// <summary>Any chat client does: its exceptions lead to retries, fallback and compaction as those of our own do.</summary>
public sealed class ForeignClientTests
{
    public static TheoryData<Exception> Outages =>
    [
        new HttpRequestException("Too many", null, HttpStatusCode.TooManyRequests),
        new HttpRequestException("connection refused"),
        new IOException("the stream broke"),
        new InvalidOperationException("HTTP 503 (server_error: ) The server had an error"),
        new InvalidOperationException("Service request failed.\nStatus: 429 (Too Many Requests)"),
        new InvalidOperationException("Overloaded"),
        new TimeoutException("no answer"),
        new TaskCanceledException("the client's own timeout"),
    ];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task Run_ForeignClientFails_IsRetriedThenTheFallbackAnswersAndIsJournaled(Exception outage)
    {
        var first = new FakeModel().Fails(outage).Fails(outage).Fails(outage);
        var second = new FakeModel().Says("I can");
        await using var harness = NewAgent(first, second);

        var reply = await harness.Agent.RunAsync(AgentMessage.Of("go"), TestContext.Current.CancellationToken);

        var replied = (await harness.Agent.Store.ReadJournalAsync(reply.ThreadId, 0, 100, TestContext.Current.CancellationToken)).Select(record => record.Event).OfType<ModelReplied>().Single();
        Assert.Equal((ThreadStatus.Done, "I can"), (reply.Status, reply.Text));
        Assert.Equal("b:second", replied.Model);
        Assert.Equal(3, first.Requests.Count);
    }

    [Fact]
    public async Task Run_ForeignClientHasABug_EndsFailedWithoutRetry()
    {
        var first = new FakeModel().Fails(new InvalidOperationException("a bug"));
        await using var harness = NewAgent(first, new FakeModel());

        var reply = await harness.Agent.RunAsync(AgentMessage.Of("go"), TestContext.Current.CancellationToken);

        Assert.Equal(ThreadStatus.Failed, reply.Status);
        Assert.DoesNotContain("a bug", reply.Reason, StringComparison.Ordinal);
        Assert.Single(first.Requests);
    }

    [Fact]
    public async Task Run_FallbackTakesOver_DoesNotGetTheOthersReasoningButGivesItBackToItsMaker()
    {
        static AIContent[] Thinks(string secret) => [new TextReasoningContent("hm") { ProtectedData = secret }, FakeModel.Call("c", "look", $$"""{"s":"{{secret}}"}""")];
        var outage = new HttpRequestException("busy", null, HttpStatusCode.ServiceUnavailable);
        var first = new FakeModel().Then((_, _) => Task.FromResult(Thinks("first"))).Fails(outage).Fails(outage).Fails(outage).Says("done");
        var second = new FakeModel().Then((_, _) => Task.FromResult(Thinks("second")));
        await using var harness = NewAgent(first, second);

        var reply = await harness.Agent.RunAsync(AgentMessage.Of("go"), TestContext.Current.CancellationToken);

        Assert.Equal("done", reply.Text);
        Assert.Empty(Secrets(second.Requests[0]));
        Assert.Equal(["first"], Secrets(first.Requests[^1]));
    }

    private static string?[] Secrets(IReadOnlyList<ChatMessage> request) =>
        [.. request.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(reasoning => reasoning.ProtectedData)];

    private static Harness NewAgent(FakeModel first, FakeModel second) => new(HarnessAgent.CreateBuilder("test")
        .UseModel(first, "a:first")
        .UseFallbackModel(second, "b:second")
        .UseRetries(new RetryOptions { MinDelay = TimeSpan.Zero })
        .UseTools(AIFunctionFactory.Create((string s) => "seen", "look"))
        .Build());

    private sealed record Harness(HarnessAgent Agent) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Agent.DisposeAsync();
    }
}
