using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Agent.Loop;

/// <summary>Messages that reach a thread while it runs.</summary>
public sealed class QueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_SeveralMessagesDuringOneStep_AreShownInOrderWithTheirSenders()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}")).Says("done");
        harness.OnTool = async _ =>
        {
            foreach (var (sender, text) in new[] { ("slack:ada", "first"), ("github:bob", "second"), ("slack:ada", "third") })
                await harness.Agent.SendAsync(new AgentMessage { Text = text, ThreadKey = AgentHarness.Key, User = sender }, Token);
            return "seen";
        };

        await harness.SendAsync("go");

        var shown = harness.Shown(1)[^3..];
        Assert.Contains("from=\"slack:ada\"", shown[0], StringComparison.Ordinal);
        Assert.Contains("first", shown[0], StringComparison.Ordinal);
        Assert.Contains("from=\"github:bob\"", shown[1], StringComparison.Ordinal);
        Assert.Contains("second", shown[1], StringComparison.Ordinal);
        Assert.Contains("third", shown[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SteerWhileReadsRunSideBySide_InterruptsAllAndSkipsTheRest()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}"), ("look_more", "{}"), ("change", "{}"), ("deploy", "{}")).Says("doing that");
        var looking = 0;
        harness.OnTool = async _ =>
        {
            if (Interlocked.Increment(ref looking) == 2)
                await harness.EnqueueAsync("do that instead", DeliveryMode.Steer);
            await Task.Delay(Timeout.Infinite, Token);
            return "never";
        };

        var reply = await harness.SendAsync("go");

        Assert.Equal("doing that", reply.Text);
        Assert.Equal(2, harness.Ran.Count);
        Assert.Contains("do that instead", harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.Equal(4, harness.Shown(1).Count(text => text.StartsWith("result ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_SteerBetweenTwoCalls_IsSeenBeforeTheNextOne()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("change", "{}"), ("deploy", "{}")).Says("doing that");
        harness.OnTool = async name =>
        {
            if (name == "change")
            {
                // The watcher has seen it when the interruption comes; the call itself still ends well.
                var steered = harness.Store.WaitForChangeAsync(harness.ThreadId, TimeSpan.FromMinutes(1), Token);
                await harness.EnqueueAsync("do not deploy", DeliveryMode.Steer);
                await steered;
                await Task.Delay(Timeout.Infinite, Token);
            }

            return "deployed";
        };

        var reply = await harness.SendAsync("go");

        Assert.Equal("doing that", reply.Text);
        Assert.Single(harness.Ran);
    }

    [Fact]
    public async Task Run_QueueAndStepTogether_OnlyTheStepMessageComesNow()
    {
        var harness = new AgentHarness();
        harness.Model.Calls(("look", "{}")).Says("first").Says("second");
        harness.OnTool = async _ =>
        {
            await harness.EnqueueAsync("later", DeliveryMode.Queue);
            await harness.EnqueueAsync("now", DeliveryMode.Step);
            return "seen";
        };

        var reply = await harness.SendAsync("go");

        Assert.Equal("second", reply.Text);
        Assert.Contains("now", harness.Shown(1)[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(harness.Shown(1), text => text.Contains("later", StringComparison.Ordinal));
        Assert.Contains("later", harness.Shown(2)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LastedTooLong_StopsWithAHandOver()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        var model = new FakeModel()
            .Then((_, _) =>
            {
                time.Advance(TimeSpan.FromSeconds(2));
                return Task.FromResult<AIContent[]>([FakeModel.Call("c", "look", "{}")]);
            })
            .Says("half is done");
        await using var agent = HarnessAgent.CreateBuilder("a")
            .UseModel(model)
            .UseTimeProvider(time)
            .UseLimit(new() { MaxDuration = TimeSpan.FromSeconds(1) })
            .UseTools(AIFunctionFactory.Create(() => "seen", new AIFunctionFactoryOptions { Name = "look", AdditionalProperties = new Dictionary<string, object?> { [ToolEffects.Property] = ToolEffect.Read } }))
            .Build();

        var reply = await agent.RunAsync(AgentMessage.Of("go"), Token);

        Assert.Equal((ThreadStatus.Stopped, "half is done"), (reply.Status, reply.Text));
        Assert.Contains("0:00:01", reply.Reason, StringComparison.Ordinal);
    }
}
