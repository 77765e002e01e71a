using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Runs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Todos;

/// <summary>What code tells people of a thread without a run has the thread's list too.</summary>
public sealed class TodoStatusTests : IAsyncDisposable
{
    private static readonly TodoItem[] List = [new() { Content = "Fix it", Status = TodoStatus.InProgress }];

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly InMemoryThreadStore _store;

    public TodoStatusTests() => _store = new InMemoryThreadStore(_time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task RunThatCouldNotEndItself_StatusHasTheList()
    {
        await using var lease = await StartAsync("a");

        await new RunEnding(_store).FailAsync(lease, Ct);

        var status = await StatusAsync();
        Assert.Equal((ThreadStatus.Failed, List[0]), (status.State, Assert.Single(status.Todos)));
    }

    [Fact]
    public async Task ThreadThatWaitsItsTurn_StatusHasTheList()
    {
        await using var lease = await StartAsync("a");
        await lease.ReleaseAsync(new ReleaseRequest { Lease = lease.Lease, State = ThreadStatus.Queued }, Ct);
        var running = await _store.EnqueueAsync(RunTesting.Delivery("b"), Ct);
        await _store.ClaimAsync(new ClaimRequest { Owner = "two", Only = running.ThreadId }, Ct);
        var notices = new QueueNotices(_store, new RunLimits { PerUser = 1 }, _time);

        await notices.TellAsync(Ct);
        _time.Advance(TimeSpan.FromSeconds(5));
        await notices.TellAsync(Ct);

        var status = await StatusAsync();
        Assert.Equal((ThreadStatus.Queued, List[0]), (status.State, Assert.Single(status.Todos)));
    }

    private async Task<RunLease> StartAsync(string key)
    {
        await _store.EnqueueAsync(RunTesting.Delivery(key), Ct);
        var lease = (await RunLease.ClaimAsync(_store, new ClaimRequest { Owner = "one" }, _time, NullLogger.Instance, Ct))!;
        JournalEvent[] events = [new RunStarted(), new TodosWritten { Items = [new TodoItem { Content = "old" }] }, new TodosWritten { Items = List }];
        await _store.CommitAsync(new CommitRequest { Lease = lease.Lease, Sequence = 1, Events = events, Facts = new ThreadFacts { TodosStart = 2 } }, Ct);
        return lease;
    }

    private async Task<StatusEffect> StatusAsync()
    {
        OutboxEntry? entry;
        do
        {
            entry = await _store.ClaimOutboxAsync(TimeSpan.FromMinutes(1), null, Ct);
        }
        while (entry is { Kind: not Effects.Status });

        return Effects.ReadStatus(entry!.Payload);
    }
}
