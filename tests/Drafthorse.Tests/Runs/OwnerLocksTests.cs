using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Runs;

public sealed class OwnerLocksTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drafthorse-owners-").FullName;
    private readonly InMemoryThreadStore _store = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Look_OwnerWhoseLockIsFree_LosesItsLeasesAndItsFile()
    {
        await ClaimAsync("dead");
        await File.WriteAllTextAsync(Path.Combine(_directory, "0.owner"), "dead", Ct);
        using var locks = OwnerLocks.Take(_directory, "successor")!;

        var dead = await locks.EndLeasesOfTheDeadAsync(_store, Ct);

        Assert.Equal(["dead"], dead);
        Assert.NotNull(await _store.ClaimAsync(new ClaimRequest { Owner = "successor" }, Ct));
        Assert.Single(Directory.EnumerateFiles(_directory));
    }

    [Fact]
    public async Task Look_OwnerThatHoldsItsLock_KeepsItsLeases()
    {
        await ClaimAsync("living");
        using var living = OwnerLocks.Take(_directory, "living");
        using var locks = OwnerLocks.Take(_directory, "successor")!;

        var dead = await locks.EndLeasesOfTheDeadAsync(_store, Ct);

        Assert.Empty(dead);
        Assert.Null(await _store.ClaimAsync(new ClaimRequest { Owner = "successor" }, Ct));
        Assert.Equal(2, Directory.EnumerateFiles(_directory).Count());
    }

    [Fact]
    public async Task Look_FilesOfNobody_AreRemoved()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "0.owner"), "", Ct);
        using var locks = OwnerLocks.Take(_directory, "successor")!;

        Assert.Empty(await locks.EndLeasesOfTheDeadAsync(_store, Ct));
        Assert.Single(Directory.EnumerateFiles(_directory));
    }

    [Fact]
    public void Dispose_EndedInOrder_LeavesNothing()
    {
        OwnerLocks.Take(_directory, "one")!.Dispose();

        Assert.Empty(Directory.EnumerateFiles(_directory));
    }

    [Fact]
    public void Take_DirectoryThatCannotBeMade_SaysSo() =>
        Assert.ThrowsAny<IOException>(() => OwnerLocks.Take("/proc/nothing/here", "one"));

    private async Task ClaimAsync(string owner)
    {
        await _store.EnqueueAsync(RunTesting.Delivery("github:issue:acme/app#1", "m1"), Ct);
        Assert.NotNull(await _store.ClaimAsync(new ClaimRequest { Owner = owner }, Ct));
    }
}
