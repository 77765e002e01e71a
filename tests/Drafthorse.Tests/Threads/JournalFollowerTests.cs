using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Runs;

namespace Drafthorse.Tests.Threads;

public sealed class JournalFollowerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follow_ReadsWhatIsThere_ThenWhatComes()
    {
        await using var store = new InMemoryThreadStore();
        var id = (await store.EnqueueAsync(RunTesting.Delivery("a"), Ct)).ThreadId;
        var lease = (await store.ClaimAsync(new ClaimRequest { Owner = "one" }, Ct))!.Lease;
        await store.CommitAsync(new CommitRequest { Lease = lease, Sequence = 1, Events = [.. Enumerable.Range(0, 450).Select(Notice)] }, Ct);

        var followed = Task.Run(
            async () =>
            {
                List<long> positions = [];
                await foreach (var record in store.FollowJournalAsync(id, 3, Ct))
                {
                    positions.Add(record.Position);
                    if (record.Position == 459)
                    {
                        break;
                    }
                }

                return positions;
            },
            Ct);
        for (var i = 0; i < 10; i++)
        {
            await store.CommitAsync(new CommitRequest { Lease = lease, Sequence = 2 + i, Events = [Notice(i)] }, Ct);
        }

        Assert.Equal(Enumerable.Range(3, 457).Select(i => (long)i), await followed.WaitAsync(TimeSpan.FromSeconds(10), Ct));
    }

    [Fact]
    public async Task Follow_Cancelled_Throws()
    {
        await using var store = new InMemoryThreadStore();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var next = store.FollowJournalAsync(ThreadId.FromKey("a"), 0, cancel.Token).GetAsyncEnumerator(Ct).MoveNextAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    private static JournalEvent Notice(int number) => new NoticeGiven { Text = $"{number}" };
}
