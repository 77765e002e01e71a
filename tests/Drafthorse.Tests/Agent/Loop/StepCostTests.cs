using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Runs;

namespace Drafthorse.Tests.Agent.Loop;

public sealed class StepCostTests
{
    /// <summary>Each commit is a flush to the disk, and those are most of what a turn costs.</summary>
    [Fact]
    public async Task Turn_OneCallThatChangesSomething_IsTwoCommits()
    {
        var few = await CommitsOfAsync(turns: 1);

        var many = await CommitsOfAsync(turns: 11);

        Assert.Equal(2 * 10, many - few);
    }

    private static async Task<int> CommitsOfAsync(int turns)
    {
        var store = new FaultyStore(new InMemoryThreadStore(TimeProvider.System));
        var harness = new AgentHarness(builder => builder.UseStateStore(store));
        for (var turn = 0; turn < turns; turn++)
            harness.Model.Calls(("change", $$"""{"turn":{{turn}}}"""));
        harness.Model.Says("done");

        var reply = await harness.SendAsync("change things");

        Assert.Equal(ThreadStatus.Done, reply.Status);
        return store.Commits;
    }
}
