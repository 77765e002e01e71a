using Drafthorse.Demo;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Crashes;

/// <summary>
/// SIGSTOP of the real server past its lease, a second server on the same home that takes over and finishes, SIGCONT: the old owner wakes
/// up in the middle of what it did and changes nothing. All moments: <c>-explicit on</c>.
/// </summary>
public sealed class ServeFrozenTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("local", Explicit = true)]
    public Task Frozen_InACommand_TheSuccessorFinishesAlone(string sandbox) => RunAsync(
        sandbox, (freezer, record) => freezer.FreezeWhen(record.Event is ToolStarted { Tool: "execute" } started && started.Arguments.Contains(CrashScript.CountFile, StringComparison.Ordinal)));

    [Fact(Explicit = true)]
    public Task Frozen_BeforeThePush_TheSuccessorFinishesAlone() => RunAsync(
        "bubblewrap", (freezer, record) => freezer.FreezeWhen(record.Event is VerifyFinished));

    [Fact]
    public Task Frozen_InThePush_TheSuccessorFinishesAlone() => RunAsync(
        "bubblewrap", git: (freezer, request) => freezer.FreezeWhen(request.EndsWith("git-receive-pack", StringComparison.Ordinal)));

    [Fact(Explicit = true)]
    public Task Frozen_BeforeThePullRequestIsOpened_TheSuccessorOpensTheOnlyOne() => RunAsync(
        "bubblewrap", api: (freezer, call) => freezer.FreezeWhen(call.StartsWith("GET ", StringComparison.Ordinal) && call.Contains("/contents/docs", StringComparison.Ordinal)));

    [Theory]
    [InlineData("POST /repos/acme/greeter/pulls")]
    [InlineData("POST /repos/acme/greeter/issues/1/reactions", Explicit = true)]
    [InlineData("POST /repos/acme/greeter/issues/1/comments", Explicit = true)]
    [InlineData("GET /repos/acme/greeter/issues/1/comments", Explicit = true)]
    public Task Frozen_InACallOfGitHub_NothingIsThereTwice(string frozenAt) => RunAsync(
        "bubblewrap", api: (freezer, call) => freezer.FreezeWhen(call.StartsWith(frozenAt, StringComparison.Ordinal)));

    /// <summary>Nobody can take SQLite's lock from a stopped process, so its successor says so and goes on when that process goes on or is ended. Its lock stands for it here.</summary>
    [Fact]
    public Task Locked_ByAStoppedProcess_TheSuccessorWaitsUntilTheStoreIsFree() => RunAsync("bubblewrap", async (world, cancellationToken) =>
    {
        var old = await world.ServeAsync(cancellationToken);
        var task = world.OpenIssue(DemoProject.IssueTitle);
        Assert.True(await world.DeliverAsync(task, old, cancellationToken));
        old.Kill();
        await old.ExitAsync(cancellationToken);
        await using var writing = world.LockStore();

        var successor = world.Start();
        await successor.PrintedAsync("tries again until the store is free", cancellationToken);
        Assert.False(successor.HasExited);
        await writing.DisposeAsync();
        await successor.ListensAsync(cancellationToken);
        await CrashOutcome.CheckAsync(world, task, cancellationToken);
        Assert.Equal(0, await successor.EndAsync(cancellationToken));
    });

    private static Task RunAsync(
        string sandbox,
        Action<Freezer, JournalRecord>? journal = null,
        Action<Freezer, string>? git = null,
        Action<Freezer, string>? api = null) => RunAsync(sandbox, (world, cancellationToken) => RunAsync(world, journal, git, api, cancellationToken));

    private static async Task RunAsync(string sandbox, Func<CrashWorld, CancellationToken, Task> test)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(Deadline);
        await using var world = await CrashWorld.CreateAsync(sandbox, deadline.Token, commandSeconds: 1);
        try
        {
            await test(world, deadline.Token);
        }
        catch (Exception exception) when (!Ct.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{exception.Message}\n{world.Logs()}", exception);
        }
    }

    private static async Task RunAsync(
        CrashWorld world, Action<Freezer, JournalRecord>? journal, Action<Freezer, string>? git, Action<Freezer, string>? api, CancellationToken cancellationToken)
    {
        var old = await world.ServeAsync(cancellationToken);
        var freezer = new Freezer(world, old);
        world.GitHub.OnRequest = call => api?.Invoke(freezer, call);
        world.Remote.OnRequest = request => git?.Invoke(freezer, request);
        var task = world.OpenIssue(DemoProject.IssueTitle);
        Assert.True(await world.DeliverAsync(task, old, cancellationToken));
        await foreach (var record in world.Store.FollowJournalAsync(task.Thread, 0, cancellationToken).TakeUntilAsync(freezer.Frozen, cancellationToken))
            journal?.Invoke(freezer, record);

        var successor = await world.ServeAsync(cancellationToken);
        await CrashOutcome.CheckAsync(world, task, cancellationToken);
        var before = await SnapshotAsync(world, task, cancellationToken);

        old.Thaw();

        // It answers again when it has woken up, and after SIGTERM all that it was in the middle of has come to its end.
        await old.HealthyAsync(cancellationToken);
        Assert.Equal(0, await old.EndAsync(cancellationToken));
        Assert.Equal(before, await SnapshotAsync(world, task, cancellationToken));
        await CrashOutcome.CheckAsync(world, task, cancellationToken);
        Assert.Equal(0, await successor.EndAsync(cancellationToken));
    }

    /// <summary>All that an owner could have changed, in a text.</summary>
    private static async Task<string> SnapshotAsync(CrashWorld world, CrashTask task, CancellationToken cancellationToken)
    {
        var journal = await world.JournalAsync(task, cancellationToken);
        var refs = await world.GitAsync(cancellationToken, "for-each-ref");
        var checkout = world.IsIsolated ? "" : await world.CheckoutAsync(task, cancellationToken);
        lock (world.GitHub.World.Lock)
        {
            return string.Join(
                '\n',
                journal.Select(record => $"{record.Position} {record.Kind} {record.Data}")
                    .Concat(world.Repository.Conversations.SelectMany(conversation => conversation.Comments).Select(comment => $"{comment.Id} {comment.Edits} {comment.Body}"))
                    .Concat(world.Repository.PullRequests.Select(pull => $"{pull.Id} {pull.Conversation.Body} {pull.Conversation.UpdatedAt:O}"))
                    .Append(refs)
                    .Append(checkout));
        }
    }

    /// <summary>Freezes a process once, when a condition holds for the first time.</summary>
    private sealed class Freezer(CrashWorld world, ServeProcess process)
    {
        private readonly TaskCompletionSource _frozen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _done;

        public Task Frozen => _frozen.Task;

        public void FreezeWhen(bool condition)
        {
            if (!condition || Interlocked.Exchange(ref _done, 1) == 1)
                return;
            process.Freeze();
            while (world.IsLockedByAnyone())
                Refreeze();
            _frozen.SetResult();
        }

        /// <summary>Nobody can take over what a stopped process of the same machine has locked: it goes on to a better moment.</summary>
        private void Refreeze()
        {
            process.Thaw();
            Thread.Yield();
            process.Freeze();
        }
    }
}
