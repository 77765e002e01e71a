using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Agent;

namespace Drafthorse.Tests.Guards;

/// <summary>Runs that go nowhere are warned, then stopped, and hand over.</summary>
public sealed class GuardedRunTests
{
    [Fact]
    public async Task Run_GoesInACircleOfTwo_IsWarned_Stopped_AndHandsOver()
    {
        var harness = new AgentHarness();
        for (var step = 0; step < 10; step++)
            harness.Model.Calls((step % 2 == 0 ? "change" : "look", "{}"));
        harness.Model.Says("I went in circles");

        var reply = await harness.SendAsync("go");

        Assert.Equal((ThreadStatus.Stopped, "the model made the same 2 steps 5 times over", "I went in circles"), (reply.Status, reply.Reason, reply.Text));
        Assert.Contains("the same 2 steps 3 times over", Assert.Single(await NoticesAsync(harness)).Text, StringComparison.Ordinal);
        Assert.Equal(9, harness.Ran.Count);
    }

    [Fact]
    public async Task Run_FindsNothingNew_IsWarned_Stopped_AndHandsOver()
    {
        var harness = new AgentHarness { OnTool = _ => Task.FromResult<object>("nothing found") };
        for (var step = 0; step < 25; step++)
            harness.Model.Calls(("look", $$"""{"n":{{step}}}"""));
        harness.Model.Says("I found nothing");

        var reply = await harness.SendAsync("go");

        Assert.Equal((ThreadStatus.Stopped, "I found nothing"), (reply.Status, reply.Text));
        Assert.StartsWith("for 24 steps nothing new came", reply.Reason, StringComparison.Ordinal);
        Assert.StartsWith("For 12 steps nothing new came", Assert.Single(await NoticesAsync(harness)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TakesTheWarning_EndsWell()
    {
        var found = "nothing found";
        var harness = new AgentHarness { OnTool = _ => Task.FromResult<object>(found) };
        for (var step = 0; step < 13; step++)
            harness.Model.Calls(("look", $$"""{"n":{{step}}}"""));
        harness.Model.Then((_, _) =>
        {
            found = "there";
            return Task.FromResult<Microsoft.Extensions.AI.AIContent[]>([FakeModel.Call("last", "look", "{}")]);
        });
        harness.Model.Says("found");

        Assert.Equal((ThreadStatus.Done, "found"), ((await harness.SendAsync("go")) is var reply ? reply.Status : default, reply.Text));
        Assert.Single(await NoticesAsync(harness));
    }

    [Fact]
    public async Task Run_BothGuardsOff_GoesOn()
    {
        var harness = new AgentHarness(builder => builder.UseLimit(new ModelCallLimit { LongestCycle = 0, WarnAfterStepsWithoutProgress = 0 }));
        for (var step = 0; step < 30; step++)
            harness.Model.Calls(("look", "{}"));
        harness.Model.Says("done");

        Assert.Equal(ThreadStatus.Done, (await harness.SendAsync("go")).Status);
        Assert.Empty(await NoticesAsync(harness));
    }

    private static async Task<IReadOnlyList<NoticeGiven>> NoticesAsync(AgentHarness harness) =>
        [.. (await harness.JournalAsync()).Select(record => record.Event).OfType<NoticeGiven>().Where(notice => notice.Topic == "loop")];
}
