using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Tests.Agent.Loop;

public sealed class RunStatusTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachStep_IsTold_ButNotBeforeTheInterval()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}")).Calls(("look_more", "{}")).Says("done");
        await EnqueueAsync(harness, null);
        var seen = new List<StatusEffect?>();
        harness.OnTool = async name =>
        {
            var entry = await harness.Store.ClaimOutboxAsync(TimeSpan.FromSeconds(30), null, Token);
            seen.Add(entry is null ? null : Effects.ReadStatus(entry.Payload));
            if (entry is not null)
                await harness.Store.CompleteOutboxAsync(new OutboxCompletion { Entry = entry, Succeeded = true, Result = "" }, Token);
            return name;
        };

        await RunAsync(harness);

        Assert.Equal(2, seen.Count);
        Assert.Equal((ThreadStatus.Running, 1), (seen[0]!.State, seen[0]!.Step));
        Assert.Null(seen[1]);
        Assert.Equal(2, await harness.Store.CountOutboxAsync(harness.ThreadId, Token));
    }

    [Fact]
    public async Task ModelOfAMessage_AnswersFromTheNextCallOn()
    {
        var other = new FakeModel().Says("from the other");
        var harness = new AgentHarness(builder => builder.UseModelChoice(name => name == "script:other" ? other : throw new InvalidOperationException(name)));
        harness.Model.Calls(("look", "{}"));
        await EnqueueAsync(harness, null);
        harness.OnTool = async name =>
        {
            await EnqueueAsync(harness, "script:other");
            return name;
        };

        await RunAsync(harness);

        Assert.Single(harness.Model.Requests);
        Assert.Single(other.Requests);
        Assert.Equal("script:other", (await harness.Store.GetThreadAsync(harness.ThreadId, Token))!.Facts.Model);
    }

    private static Task<EnqueueResult> EnqueueAsync(AgentHarness harness, string? model)
    {
        var id = Guid.NewGuid().ToString();
        return harness.Store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = AgentHarness.Key,
                DeliveryId = id,
                Origin = new ThreadOrigin { Channel = "github", User = "github:ada" },
                Message = new InboxMessage { Id = id, Sender = "github:ada", Text = "go", Model = model },
            },
            Token);
    }

    private static async Task RunAsync(AgentHarness harness)
    {
        var lease = await RunLease.ClaimAsync(harness.Store, new ClaimRequest { Owner = "test", Only = harness.ThreadId }, TimeProvider.System, NullLogger.Instance, Token);
        await using (lease)
            await harness.Store.ReleaseAsync(await harness.Agent.RunAsync(lease!, null, Token), Token);
    }
}
