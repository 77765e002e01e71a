using Drafthorse.Harness;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace Drafthorse.Tests.Agent;

public sealed class RunLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FailedRun_IsAWarningThatNamesRepositoryAndIssue()
    {
        var (lines, harness) = await RunAsync(model => model.Fails(new ModelException(ModelErrorKind.InvalidRequest, "http://10.0.0.7:8080 answered 400")));

        var ended = Assert.Single(lines.GetSnapshot(), line => line.Message.Contains("ended as", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, ended.Level);
        var scope = ended.Scopes.OfType<IReadOnlyList<KeyValuePair<string, object?>>>().SelectMany(values => values).ToList();
        Assert.Contains(new KeyValuePair<string, object?>("Repository", "o/r"), scope);
        Assert.Contains(new KeyValuePair<string, object?>("Issue", 42), scope);
        await harness.Agent.DisposeAsync();
    }

    [Fact]
    public async Task FailedRun_SaysWhyOnce_WithoutAddresses()
    {
        var (_, harness) = await RunAsync(model => model.Fails(new ModelException(ModelErrorKind.InvalidRequest, "http://10.0.0.7:8080 answered 400")));

        var (status, reply) = await EndingAsync(harness);
        Assert.Equal((ThreadStatus.Failed, ""), (status.State, status.Activity));
        Assert.Equal(("", "(an address) answered 400"), (reply.Text, reply.Reason));
        Assert.Contains("10.0.0.7", (await harness.JournalAsync()).Select(record => record.Event).OfType<RunFinished>().Single().Reason, StringComparison.Ordinal);
        await harness.Agent.DisposeAsync();
    }

    [Fact]
    public async Task DoneRun_IsInformation()
    {
        var (lines, harness) = await RunAsync(model => model.Says("done"));

        Assert.Equal(LogLevel.Information, Assert.Single(lines.GetSnapshot(), line => line.Message.Contains("ended as", StringComparison.Ordinal)).Level);
        await harness.Agent.DisposeAsync();
    }

    [Fact]
    public async Task ModelWithoutAPrice_CostIsUnknownInFactsEffectsAndEvents()
    {
        var (_, harness) = await RunAsync(model => model.Says("done"), "openai-chat:nobody-knows-its-price");

        var facts = (await harness.Store.GetThreadAsync(harness.ThreadId, Token))!.Facts;
        var (status, reply) = await EndingAsync(harness);
        Assert.True(facts.UnpricedTokens > 0);
        Assert.Equal((facts.UnpricedTokens, facts.UnpricedTokens), (status.UnpricedTokens, reply.UnpricedTokens));
        var finished = (await harness.JournalAsync()).Single(record => record.Event is RunFinished);
        var line = System.Text.Encoding.UTF8.GetString(Drafthorse.Events.EventJson.Write(harness.ThreadId, finished.Position, finished.At, finished.Event!, null).Single().Span);
        Assert.Contains("\"costUsd\":null", line, StringComparison.Ordinal);
        await harness.Agent.DisposeAsync();
    }

    private static async Task<(FakeLogCollector Lines, AgentHarness Harness)> RunAsync(Action<FakeModel> script, string? model = null)
    {
        var lines = new FakeLogCollector();
        using var provider = new FakeLoggerProvider(lines);
        using var loggers = new LoggerFactory([provider]);
        AgentHarness? made = null;
        var harness = made = new AgentHarness(builder =>
        {
            builder.UseLoggers(loggers);
            if (model is not null)
                builder.UseModel(new FakeModel().Says("done"), model);
        });
        script(harness.Model);
        await harness.Store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = AgentHarness.Key,
                DeliveryId = "1",
                Origin = new ThreadOrigin { Channel = "github", User = "github:ada", Number = 42, Repository = new RepositoryRef("github.com", "o", "r", "https://github.com/o/r.git") },
                Message = new InboxMessage { Id = "1", Sender = "github:ada", Text = "go" },
            },
            Token);
        var lease = await RunLease.ClaimAsync(harness.Store, new ClaimRequest { Owner = "test", Only = harness.ThreadId }, TimeProvider.System, NullLogger.Instance, Token);
        await using (lease)
            await harness.Store.ReleaseAsync(await harness.Agent.RunAsync(lease!, null, Token), Token);
        return (lines, made);
    }

    private static async Task<(StatusEffect Status, ReplyEffect Reply)> EndingAsync(AgentHarness harness)
    {
        StatusEffect? status = null;
        ReplyEffect? reply = null;
        while (await harness.Store.ClaimOutboxAsync(TimeSpan.FromSeconds(30), null, Token) is { } entry)
        {
            if (entry.Kind == Effects.Status)
                status = Effects.ReadStatus(entry.Payload);
            else
                reply = Effects.ReadReply(entry.Payload);
            await harness.Store.CompleteOutboxAsync(new OutboxCompletion { Entry = entry, Succeeded = true, Result = "" }, Token);
        }

        return (status!, reply!);
    }
}
