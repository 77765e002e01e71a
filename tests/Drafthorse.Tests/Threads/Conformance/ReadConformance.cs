using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Threads.Conformance;

public abstract class ReadConformance(StoreHost host) : StoreConformance(host)
{
    [Fact]
    public async Task GetThread_Unknown_IsNull() => Assert.Null(await Store.GetThreadAsync(ThreadId.FromKey("x"), Ct));

    [Fact]
    public async Task ReadJournal_FromAPosition_GivesAtMostTheLimit()
    {
        var id = await SendAsync("a");
        var lease = (await ClaimAsync())!.Lease;
        await CommitAsync(lease, 1, null, [.. Enumerable.Range(0, 10).Select(i => new NoticeGiven { Text = $"{i}" })]);
        await SendAsync("b");

        var page = await Store.ReadJournalAsync(id, 4, 3, Ct);

        Assert.Equal([4L, 5, 6], page.Select(record => record.Position));
        Assert.Empty(await Store.ReadJournalAsync(id, 10, 3, Ct));
        Assert.Empty(await Store.ReadJournalAsync(id, long.MaxValue, 3, Ct));
        Assert.Empty(await Store.ReadJournalAsync(ThreadId.FromKey("x"), 0, 3, Ct));
    }

    [Fact]
    public async Task ReadJournal_EventWithLoneSurrogate_IsReadable()
    {
        var id = await SendAsync("a");
        var lease = (await ClaimAsync())!.Lease;

        await CommitAsync(lease, 1, null, new NoticeGiven { Text = "half \udc00" });

        var record = Assert.Single(await Store.ReadJournalAsync(id, 0, 3, Ct));
        Assert.Equal("half \ufffd", Assert.IsType<NoticeGiven>(record.Event).Text);
    }

    [Fact]
    public async Task ListThreads_Pages_NewestFirstWithoutGapsOrDoubles()
    {
        for (var i = 0; i < 25; i++)
        {
            await SendAsync($"a:{i}");
            Time.Advance(TimeSpan.FromMilliseconds(i % 3));
        }

        List<string> keys = [];
        string? cursor = null;
        do
        {
            var page = await Store.ListThreadsAsync(new ThreadQuery { Limit = 10, Cursor = cursor }, Ct);
            keys.AddRange(page.Threads.Select(thread => thread.Key));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"a:{i}"), keys);
    }

    [Fact]
    public async Task ListThreads_Filters_Combine()
    {
        await SendAsync("a:1", "m1", "ann", "o/one");
        await SendAsync("a:2", "m1", "ann", "o/two");
        await SendAsync("b:1", "m1", "bob", "o/one");
        await ClaimAsync(only: ThreadId.FromKey("a:1"));

        Assert.Equal(["b:1", "a:1"], await ListAsync(new ThreadQuery { Repository = "O/One" }));
        Assert.Equal(["a:2", "a:1"], await ListAsync(new ThreadQuery { User = "ann" }));
        Assert.Equal(["a:1"], await ListAsync(new ThreadQuery { State = ThreadStatus.Running }));
        Assert.Equal(["a:2"], await ListAsync(new ThreadQuery { State = ThreadStatus.Queued, User = "ann" }));
        Assert.Empty(await ListAsync(new ThreadQuery { Repository = "o/two", User = "bob" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("12-")]
    [InlineData("-1-2-3")]
    public async Task ListThreads_BadCursor_IsRefused(string cursor) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.ListThreadsAsync(new ThreadQuery { Cursor = cursor }, Ct));

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    public async Task ListThreads_BadLimit_IsRefused(int limit) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.ListThreadsAsync(new ThreadQuery { Limit = limit }, Ct));

    [Fact]
    public async Task GetStatus_Counts()
    {
        await SendAsync("a:1");
        await SendAsync("a:2");
        await SendAsync("a:2", "m2");
        await SendAsync("a:3");
        Time.Advance(TimeSpan.FromSeconds(3));
        var claim = await ClaimAsync();
        await Store.CommitAsync(new CommitRequest { Lease = claim!.Lease, Sequence = 1, Outbox = [Draft("one"), Draft("two")] }, Ct);

        var status = await Store.GetStatusAsync(Ct);

        Assert.Equal(new StoreStatus(Ready: 2, TimeSpan.FromSeconds(3), Running: 1, InboxDepth: 4, OutboxDepth: 2), status);
    }

    [Fact]
    public async Task WaitForChange_Work_EndsWhenAMessageComes()
    {
        var wait = Store.WaitForChangeAsync(null, TimeSpan.FromHours(1), Ct);
        Assert.False(wait.IsCompleted);

        await SendAsync("a");

        await wait.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    [Fact]
    public async Task WaitForChange_Work_EndsWhenANotBeforeHasPassed()
    {
        await Store.EnqueueAsync(Delivery("a", "d1", Message("m1")) with { NotBefore = Time.GetUtcNow().AddSeconds(2) }, Ct);
        var wait = Store.WaitForChangeAsync(null, TimeSpan.FromHours(1), Ct);

        Time.Advance(TimeSpan.FromSeconds(2));

        await wait.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.NotNull(await ClaimAsync());
    }

    [Fact]
    public async Task WaitForChange_Thread_EndsWithItsCommitAndNotWithOthers()
    {
        var id = await SendAsync("a");
        var lease = (await ClaimAsync())!.Lease;
        var wait = Store.WaitForChangeAsync(id, TimeSpan.FromHours(1), Ct);

        await CommitAsync(lease, 1, null, new NoticeGiven());

        await wait.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    [Fact]
    public async Task WaitForChange_Timeout_Ends()
    {
        var wait = Store.WaitForChangeAsync(ThreadId.FromKey("x"), TimeSpan.FromSeconds(5), Ct);

        Time.Advance(TimeSpan.FromSeconds(5));

        await wait.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    [Fact]
    public async Task WaitForChange_Cancelled_Throws()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var wait = Store.WaitForChangeAsync(null, TimeSpan.FromHours(1), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    private async Task<IReadOnlyList<string>> ListAsync(ThreadQuery query) =>
        [.. (await Store.ListThreadsAsync(query, Ct)).Threads.Select(thread => thread.Key)];
}
