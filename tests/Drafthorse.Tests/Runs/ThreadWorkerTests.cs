using System.Diagnostics;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Runs;

public sealed class ThreadWorkerTests : IAsyncDisposable
{
    private readonly InMemoryThreadStore _store = new();
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ThreadWorkerOptions _options = new() { Concurrency = 4, DrainTime = TimeSpan.FromSeconds(20) };
    private Task _working = Task.CompletedTask;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _working;
        _stopping.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Message_IsRunAndReleased()
    {
        Start(async (lease, _) =>
        {
            await ConsumeAsync(lease);
            return Release(lease);
        });

        var id = await SendAsync("a");

        await UntilStateAsync(id, ThreadStatus.Done);
        Assert.Empty(await _store.ReadInboxAsync(id, Ct));
    }

    [Fact]
    public async Task FollowUp_StartsInMilliseconds()
    {
        var started = new TaskCompletionSource<long>();
        Start(async (lease, _) =>
        {
            started.TrySetResult(Stopwatch.GetTimestamp());
            await ConsumeAsync(lease);
            return Release(lease);
        });
        var id = await SendAsync("a");
        await UntilStateAsync(id, ThreadStatus.Done);
        started = new TaskCompletionSource<long>();

        var sent = Stopwatch.GetTimestamp();
        await SendAsync("a", "m2");

        // Far below the poll interval of a second: the hint woke the worker.
        Assert.InRange(Stopwatch.GetElapsedTime(sent, await started.Task.WaitAsync(Ct)).TotalMilliseconds, 0, 300);
    }

    [Fact]
    public async Task ManyThreads_RunSideBySideUpToTheLimit()
    {
        var (running, most) = (0, 0);
        var gate = new TaskCompletionSource();
        Start(async (lease, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await gate.Task;
            await ConsumeAsync(lease);
            Interlocked.Decrement(ref running);
            return Release(lease);
        });
        var ids = new List<ThreadId>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add(await SendAsync($"a:{i}"));
        }

        await RunTesting.UntilAsync(() => Task.FromResult(Volatile.Read(ref running) == 4), Ct);
        gate.SetResult();

        foreach (var id in ids)
        {
            await UntilStateAsync(id, ThreadStatus.Done);
        }

        Assert.Equal(4, most);
    }

    [Fact]
    public async Task MessageDuringTheRun_StartsTheNextRun()
    {
        var runs = 0;
        Start(async (lease, _) =>
        {
            await ConsumeAsync(lease);
            if (Interlocked.Increment(ref runs) == 1)
            {
                await SendAsync("a", "m2");
            }

            return Release(lease);
        });

        await SendAsync("a");

        await RunTesting.UntilAsync(() => Task.FromResult(Volatile.Read(ref runs) == 2), Ct);
    }

    [Fact]
    public async Task RunnerThrows_FailsOnceWithAReply()
    {
        var runs = 0;
        Start((_, _) => Interlocked.Increment(ref runs) > 0 ? throw new FormatException("secret detail") : null!);

        var id = await SendAsync("a");

        await UntilStateAsync(id, ThreadStatus.Failed);
        var journal = await _store.ReadJournalAsync(id, 0, 10, Ct);
        var reply = await ReplyAsync();
        Assert.Equal(1, runs);
        Assert.Equal("text of m1", Assert.IsType<MessagesTaken>(journal[0].Event).Messages[0].Message.Text);
        Assert.Equal("failed", Assert.IsType<RunFinished>(journal[1].Event).Outcome);
        Assert.Equal((ThreadStatus.Failed, "m1"), (reply.Outcome, reply.InReplyTo));
        Assert.Equal("", reply.Text);
        Assert.Contains("Something inside of Drafthorse failed", reply.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunnerThrowsAfterCommits_FailsWithAReply()
    {
        Start(async (lease, _) =>
        {
            await ConsumeAsync(lease);
            throw new InvalidOperationException();
        });

        var id = await SendAsync("a");

        await UntilStateAsync(id, ThreadStatus.Failed);
        Assert.Equal(ThreadStatus.Failed, (await ReplyAsync()).Outcome);
    }

    [Fact]
    public async Task ClaimThrowsWhatNobodyExpects_EndsTheWorker()
    {
        var worker = new ThreadWorker(new FaultyStore(_store) { ClaimFailure = new FormatException("an unreadable row") }, (_, _) => null!, _options);

        await Assert.ThrowsAsync<FormatException>(() => worker.RunAsync(Ct));
    }

    [Fact]
    public async Task TakenOverTooOften_IsParkedWithAReplyAndNotRun()
    {
        var id = await SendAsync("a");
        for (var i = 0; i <= _options.TakeoverLimit; i++)
        {
            await _store.ClaimAsync(new ClaimRequest { Owner = "dead", LeaseTime = TimeSpan.Zero }, Ct);
        }

        var runs = 0;
        Start(async (lease, _) =>
        {
            Interlocked.Increment(ref runs);
            await ConsumeAsync(lease);
            return Release(lease);
        });

        await UntilStateAsync(id, ThreadStatus.Parked);
        Assert.Equal(ThreadStatus.Parked, (await ReplyAsync()).Outcome);
        Assert.Equal(0, runs);
        Assert.Single(await _store.ReadInboxAsync(id, Ct));

        await SendAsync("a", "m2");
        await UntilStateAsync(id, ThreadStatus.Done);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Stopping_LetsTheStepEndAndHandsTheThreadOn()
    {
        var started = new TaskCompletionSource();
        Start(async (lease, draining) =>
        {
            await ConsumeAsync(lease);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, draining).ContinueWith(_ => { }, TaskScheduler.Default);
            return Release(lease, ThreadStatus.Queued);
        });
        var id = await SendAsync("a");
        await started.Task;

        await _stopping.CancelAsync();
        await _working;

        Assert.Equal(ThreadStatus.Queued, (await _store.GetThreadAsync(id, Ct))!.State);
        Assert.False((await _store.ClaimAsync(new ClaimRequest { Owner = "next" }, Ct))!.TakenOver);
    }

    [Fact]
    public async Task Stopping_RunDoesNotEndItsStep_IsCutOffAndHandedOn()
    {
        _options.DrainTime = TimeSpan.FromMilliseconds(50);
        var started = new TaskCompletionSource();
        Start(async (lease, _) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, lease.Lost);
            return Release(lease);
        });
        var id = await SendAsync("a");
        await started.Task;

        await _stopping.CancelAsync();
        await _working;

        Assert.Equal(ThreadStatus.Queued, (await _store.GetThreadAsync(id, Ct))!.State);
    }

    private static ReleaseRequest Release(RunLease lease, ThreadStatus state = ThreadStatus.Done) => new() { Lease = lease.Lease, State = state };

    private void Start(ThreadRunner run) => _working = new ThreadWorker(_store, run, _options).RunAsync(_stopping.Token);

    private async Task<ThreadId> SendAsync(string key, string id = "m1") =>
        (await _store.EnqueueAsync(RunTesting.Delivery(key, id), Ct)).ThreadId;

    private async Task ConsumeAsync(RunLease lease)
    {
        var inbox = await _store.ReadInboxAsync(lease.Lease.ThreadId, Ct);
        await _store.CommitAsync(
            new CommitRequest { Lease = lease.Lease, Sequence = 1, Consumed = [.. inbox.Select(entry => entry.Position)], Events = [new RunStarted()] }, Ct);
    }

    /// <summary>The reply that is owed. Before it comes the last state of the status.</summary>
    private async Task<ReplyEffect> ReplyAsync()
    {
        var status = (await _store.ClaimOutboxAsync(TimeSpan.FromSeconds(30), null, Ct))!;
        Assert.Equal(Effects.Status, status.Kind);
        await _store.CompleteOutboxAsync(new OutboxCompletion { Entry = status, Result = "", Succeeded = true }, Ct);
        return Effects.ReadReply((await _store.ClaimOutboxAsync(TimeSpan.FromSeconds(30), null, Ct))!.Payload);
    }

    private Task UntilStateAsync(ThreadId id, ThreadStatus state) =>
        RunTesting.UntilAsync(async () => (await _store.GetThreadAsync(id, Ct))!.State == state, Ct);
}
