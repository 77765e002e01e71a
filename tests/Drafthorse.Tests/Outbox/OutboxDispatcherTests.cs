using System.Collections.Concurrent;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Outbox;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Drafthorse.Tests.Outbox;

public sealed class OutboxDispatcherTests : IAsyncDisposable
{
    private static readonly RepositoryRef Repository = new("github.com", "o", "r", "https://github.com/o/r.git");

    private readonly InMemoryThreadStore _store = new();
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly FakeChannel _slack = new("slack", codeHost: null);
    private readonly FakeChannel _github = new("github", "github.com");
    private readonly OutboxDispatcherOptions _options = new() { FirstBackoff = TimeSpan.FromMilliseconds(10) };
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
    public async Task Reply_GoesToTheChannelOfTheThread_DraftToItsCodeHost()
    {
        Start();

        var id = await AddAsync("a", "slack", Entry(Effects.Reply, "reply:1"), Entry(Effects.Draft, "draft"));

        await UntilDoneAsync(id);
        Assert.Equal(["reply:1"], _slack.Performed.Select(entry => entry.Key));
        Assert.Equal(["draft"], _github.Performed.Select(entry => entry.Key));
        Assert.Equal(new PullRequestRef(7, "https://github.com/o/r/pull/7"), (await _store.GetThreadAsync(id, Ct))!.PullRequest);
        Assert.Equal([true, true], (await EffectsOfAsync(id)).Select(effect => effect.Succeeded));
    }

    [Fact]
    public async Task Status_IsNotJournaled()
    {
        Start();

        var id = await AddAsync("a", "slack", Entry(Effects.Status, "status"));

        await UntilDoneAsync(id);
        Assert.Empty(await EffectsOfAsync(id));
    }

    [Fact]
    public async Task EntriesOfOneThread_GoInOrderOneAtATime_ThreadsSideBySide()
    {
        var gate = new TaskCompletionSource();
        _slack.Perform = async (entry, _) =>
        {
            if (entry.Key == "a1")
            {
                await gate.Task;
            }

            return new EffectResult("ok");
        };
        Start();

        var a = await AddAsync("a", "slack", Entry("x", "a1"), Entry("x", "a2"));
        var b = await AddAsync("b", "slack", Entry("x", "b1"));

        await UntilDoneAsync(b);
        Assert.Equal(2, await _store.CountOutboxAsync(a, Ct));
        gate.SetResult();
        await UntilDoneAsync(a);
        Assert.Equal(["a1", "a2"], _slack.Performed.Where(entry => entry.Thread.Id == a).Select(entry => entry.Key));
    }

    [Fact]
    public async Task TransientFailure_IsTriedAgain()
    {
        _slack.Perform = (entry, _) => entry.Attempts < 3
            ? throw (entry.Attempts % 2 == 0 ? new EffectException("503", isTransient: true) : new HttpRequestException("reset"))
            : Task.FromResult(new EffectResult("done"));
        Start();

        var id = await AddAsync("a", "slack", Entry("x", "one"));

        await UntilDoneAsync(id);
        Assert.Equal([0, 1, 2, 3], _slack.Performed.Select(entry => entry.Attempts));
        Assert.Equal("done", Assert.Single(await EffectsOfAsync(id)).Result);
    }

    [Fact]
    public async Task RetryAfter_IsObeyed()
    {
        var again = new TaskCompletionSource<DateTimeOffset>();
        _slack.Perform = (entry, _) =>
        {
            if (entry.Attempts == 0)
            {
                throw new EffectException("429", isTransient: true, TimeSpan.FromMilliseconds(400));
            }

            again.SetResult(DateTimeOffset.UtcNow);
            return Task.FromResult(new EffectResult("done"));
        };
        Start();
        var sent = DateTimeOffset.UtcNow;

        await AddAsync("a", "slack", Entry("x", "one"));

        Assert.InRange((await again.Task.WaitAsync(Ct) - sent).TotalMilliseconds, 400, 2000);
    }

    [Fact]
    public async Task PermanentFailure_IsJournaledAsGivenUp()
    {
        _slack.Perform = (_, _) => throw new EffectException("The channel is archived.", isTransient: false);
        Start();

        var id = await AddAsync("a", "slack", Entry("x", "one"));

        await UntilDoneAsync(id);
        Assert.Equal(new EffectFinished { Effect = "x", Key = "one", Result = "The channel is archived." }, Assert.Single(await EffectsOfAsync(id)));
    }

    [Fact]
    public async Task TooLong_IsGivenUp()
    {
        _options.GiveUpAfter = TimeSpan.FromMilliseconds(100);
        _slack.Perform = (_, _) => throw new EffectException("down", isTransient: true);
        Start();

        var id = await AddAsync("a", "slack", Entry("x", "one"));

        await UntilDoneAsync(id);
        Assert.StartsWith("Given up after", Assert.Single(await EffectsOfAsync(id)).Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EffectThatWaitsItsTurn_IsNoWarning()
    {
        var lines = new FakeLogger<OutboxDispatcher>();
        _slack.Perform = (entry, _) => entry.Attempts > 0
            ? Task.FromResult(new EffectResult("done"))
            : throw new EffectException(entry.Key, true, TimeSpan.FromMilliseconds(20)) { IsTurn = entry.Key == "turn" };
        _working = new OutboxDispatcher(_store, [_slack], _options, null, lines).RunAsync(_stopping.Token);

        await UntilDoneAsync(await AddAsync("a", "slack", Entry("x", "turn")));
        await UntilDoneAsync(await AddAsync("b", "slack", Entry("x", "failure")));

        Assert.Contains("failure", Assert.Single(lines.Collector.GetSnapshot(), line => line.Level >= LogLevel.Warning).Message, StringComparison.Ordinal);
        Assert.Contains("turn", Assert.Single(lines.Collector.GetSnapshot(), line => line.Level == LogLevel.Debug).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HangingCall_IsBoundedAndLosesItsHold()
    {
        _options.CallTimeout = TimeSpan.FromMilliseconds(50);
        Func<CancellationToken, Task<bool>>? oldHold = null;
        _slack.Perform = async (entry, stillHeld) =>
        {
            if (entry.Attempts == 0)
            {
                oldHold = stillHeld;
                Assert.True(await stillHeld(Ct));
                await Task.Delay(Timeout.Infinite, Ct);
            }

            return new EffectResult("done");
        };
        Start();

        var id = await AddAsync("a", "slack", Entry("x", "one"));

        await UntilDoneAsync(id);
        Assert.False(await oldHold!(Ct));
    }

    [Fact]
    public async Task NoSuchChannel_CompletesWithoutARecord_ButAnOwedDraftIsToldOf()
    {
        Start();

        var cli = await AddAsync("a", "cli", Entry(Effects.Reply, "reply:1"));
        var other = await AddAsync("b", "cli", new RepositoryRef("git.example", "o", "r", "https://git.example/o/r"), Entry(Effects.Draft, "draft"));

        await UntilDoneAsync(cli);
        await UntilDoneAsync(other);
        Assert.Empty(await EffectsOfAsync(cli));
        var effect = Assert.Single(await EffectsOfAsync(other));
        Assert.False(effect.Succeeded);
        Assert.Contains("git.example", effect.Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_LetsCallsInFlightEnd()
    {
        var (started, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        _slack.Perform = async (_, _) =>
        {
            started.SetResult();
            await gate.Task;
            return new EffectResult("done");
        };
        Start();
        var id = await AddAsync("a", "slack", Entry("x", "one"));
        await started.Task;

        await _stopping.CancelAsync();
        Assert.False(_working.IsCompleted);
        gate.SetResult();
        await _working;

        Assert.Equal(0, await _store.CountOutboxAsync(id, Ct));
    }

    [Fact]
    public void CallTimeout_NotShorterThanTheLease_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new OutboxDispatcher(_store, [], new OutboxDispatcherOptions { CallTimeout = TimeSpan.FromSeconds(45) }));

    private static OutboxRequest Entry(string kind, string key) => new() { Kind = kind, Key = key, Payload = "{}" };

    private void Start() => _working = new OutboxDispatcher(_store, [_slack, _github], _options).RunAsync(_stopping.Token);

    private Task<ThreadId> AddAsync(string key, string channel, params OutboxRequest[] outbox) => AddAsync(key, channel, Repository, outbox);

    private async Task<ThreadId> AddAsync(string key, string channel, RepositoryRef repository, params OutboxRequest[] outbox) =>
        (await _store.EnqueueAsync(RunTesting.Delivery(key, "m1", channel, repository, outbox), Ct)).ThreadId;

    private Task UntilDoneAsync(ThreadId id) => RunTesting.UntilAsync(async () => await _store.CountOutboxAsync(id, Ct) == 0, Ct);

    private async Task<IReadOnlyList<EffectFinished>> EffectsOfAsync(ThreadId id) =>
        [.. (await _store.ReadJournalAsync(id, 0, 100, Ct)).Select(record => record.Event).OfType<EffectFinished>()];

    private sealed class FakeChannel(string name, string? codeHost) : IChannel
    {
        public string Name { get; } = name;

        public string? CodeHost { get; } = codeHost;

        public ConcurrentQueue<OutboxEntry> Performed { get; } = [];

        public Func<OutboxEntry, Func<CancellationToken, Task<bool>>, Task<EffectResult>>? Perform { get; set; }

        public Task<EffectResult> PerformAsync(
            OutboxEntry entry, Func<CancellationToken, Task<bool>> stillHeld, CancellationToken cancellationToken)
        {
            Performed.Enqueue(entry);
            return Perform?.Invoke(entry, stillHeld) ?? Task.FromResult(
                entry.Kind == Effects.Draft
                    ? new EffectResult("https://github.com/o/r/pull/7", new PullRequestRef(7, "https://github.com/o/r/pull/7"))
                    : new EffectResult("ok"));
        }
    }
}
