using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.GitGateway;

public sealed class ProcessSlotsTests
{
    [Fact]
    public async Task Take_MoreThanAThreadsPlaces_LeavesOthersTheirs()
    {
        var slots = new ProcessSlots(GitGatewayThread.MaxProcesses + 2);
        var (greedy, other) = (Thread("greedy"), Thread("other"));
        var taken = new List<IDisposable>();
        for (var place = 0; place < GitGatewayThread.MaxProcesses; place++)
            taken.Add(await slots.TakeAsync(greedy, TestContext.Current.CancellationToken));

        var another = slots.TakeAsync(greedy, TestContext.Current.CancellationToken);
        using var others = await slots.TakeAsync(other, TestContext.Current.CancellationToken);

        Assert.False(another.IsCompleted);
        taken[0].Dispose();
        (await another).Dispose();
    }

    private static GitGatewayThread Thread(string key) => new()
    {
        ThreadId = ThreadId.FromKey(key),
        Repository = new RepositoryRef("code.example", "acme", "widgets", "/nowhere"),
        StillHeld = _ => ValueTask.FromResult(true),
    };
}
