using System.Collections.Concurrent;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox;

namespace Drafthorse.Harness;

/// <summary>A run as middleware sees it: the thread, its sandbox, and the only way to write to its journal.</summary>
public sealed class RunContext : IAsyncDisposable
{
    private readonly IThreadStore _store;
    private readonly Action<AgentEvent>? _watcher;
    private readonly Lazy<Task<SandboxSession>> _sandbox;
    private readonly SemaphoreSlim _commitGate = new(1, 1);
    private readonly ConcurrentDictionary<Type, object> _features = new();
    private long _commits;

    internal RunContext(
        IThreadStore store,
        Claim claim,
        Conversation conversation,
        Func<RunContext, Task<SandboxSession>> acquireSandbox,
        Action<AgentEvent>? watcher,
        TimeProvider timeProvider,
        ApprovalOptions? approvals = null)
    {
        _store = store;
        _watcher = watcher;
        _sandbox = new Lazy<Task<SandboxSession>>(() => AcquireSandboxAsync(acquireSandbox));
        Claim = claim;
        JournalEnd = claim.Thread.JournalLength;
        Conversation = conversation;
        Facts = claim.Thread.Facts;
        TimeProvider = timeProvider;
        Approvals = new RunApprovals(this, store, approvals ?? new());
    }

    /// <summary>The claim that the run began with; the thread's changing part is <see cref="Facts"/>.</summary>
    public Claim Claim { get; }

    /// <summary>The thread's row as of the claim.</summary>
    public ThreadRecord Thread => Claim.Thread;

    /// <summary>The lease under which everything is written.</summary>
    public Lease Lease => Claim.Lease;

    /// <summary>The thread's facts as of the last commit.</summary>
    public ThreadFacts Facts { get; private set; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>The text of the model's last reply.</summary>
    public string LastText => Conversation.LastText;

    /// <summary>The thread's to-do list as the model wrote it last; empty when it wrote none.</summary>
    public IReadOnlyList<TodoItem> Todos => Conversation.Todos?.Items ?? [];

    /// <summary>What people are asked to decide.</summary>
    public RunApprovals Approvals { get; }

    /// <summary>Tokens used by this run so far.</summary>
    public TokenUsage Usage { get; private set; } = new();

    /// <summary>Cost of this run so far, in USD.</summary>
    public decimal CostUsd { get; private set; }

    /// <summary>Steps of this run so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Where relative paths and commands of tools begin; null = the sandbox's own working directory.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>The specification of the model that answered last; empty before the first answer.</summary>
    public string Model { get; private set; } = "";

    /// <summary>Most that the thread may cost, in USD, where that is less than the agent's own budget says; null = no such limit.</summary>
    public decimal? BudgetUsd { get; set; }

    internal Conversation Conversation { get; }

    /// <summary>What is left of a commit when it has no secrets in it.</summary>
    internal Func<RunCommit, RunCommit> Redact { get; init; } = commit => commit;

    /// <summary>What of an event may be shown while it happens.</summary>
    internal Func<AgentEvent, IEnumerable<AgentEvent>> RedactLive { get; init; } = agentEvent => [agentEvent];

    internal TokenEstimator Tokens { get; } = new();

    /// <summary>Whether limits and budgets let the model be called once more.</summary>
    internal Func<CancellationToken, Task<bool>> CanGoOnAsync { get; set; } = _ => Task.FromResult(true);

    /// <summary>A journal position that is not after the next commit's first event.</summary>
    internal long JournalEnd { get; private set; }

    /// <summary>The thread's sandbox; the first call begins to acquire it. Throws <see cref="SandboxException"/>.</summary>
    public Task<SandboxSession> GetSandboxAsync(CancellationToken cancellationToken) => _sandbox.Value.WaitAsync(cancellationToken);

    /// <summary>The client of the thread's sandbox for the next call. Throws <see cref="SandboxException"/>.</summary>
    public async Task<SandboxClient> GetSandboxClientAsync(CancellationToken cancellationToken)
    {
        var session = await GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return await session.GetClientAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Commits events, consumed messages, effects and facts in one step. Throws <see cref="LeaseLostException"/>.</summary>
    public async Task CommitAsync(RunCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        commit = Redact(commit);
        await _commitGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var facts = commit.ChangeFacts is null ? Facts : commit.ChangeFacts(Facts);
            var first = await _store.CommitAsync(
                new CommitRequest
                {
                    Lease = Lease,
                    Sequence = _commits + 1,
                    Events = commit.Events,
                    Consumed = commit.Consumed,
                    Outbox = commit.Outbox,
                    Facts = facts == Facts ? null : facts,
                },
                cancellationToken).ConfigureAwait(false);
            _commits++;
            JournalEnd = first + commit.Events.Count;
            Facts = facts;
            var at = TimeProvider.GetUtcNow();
            foreach (var (index, journalEvent) in commit.Events.Index())
            {
                Apply(journalEvent);
                Publish(new JournalAppended { ThreadId = Thread.Id, Position = first + index, At = at, Event = journalEvent });
            }
        }
        finally
        {
            _commitGate.Release();
        }
    }

    /// <summary>Tells the model something, before its next call. What a command printed goes into <paramref name="output"/>, as the model
    /// is told to obey <paramref name="text"/>.</summary>
    public Task TellModelAsync(string topic, string text, CancellationToken cancellationToken, string? output = null) =>
        CommitAsync(new RunCommit { Events = [new NoticeGiven { Topic = topic, Text = text, Output = output }] }, cancellationToken);

    /// <summary>Keeps something of a middleware's own with the run, by its type.</summary>
    public void Set<T>(T feature) where T : class => _features[typeof(T)] = feature;

    /// <summary>What was kept with <see cref="Set"/>, or null.</summary>
    public T? Get<T>() where T : class => (T?)_features.GetValueOrDefault(typeof(T));

    /// <summary>Asks the store whether this run still owns its thread: right before something outside is changed.</summary>
    public async ValueTask<bool> HoldsLeaseAsync(CancellationToken cancellationToken) =>
        await _store.GetThreadAsync(Thread.Id, cancellationToken).ConfigureAwait(false) is { } now
        && now.Token == Lease.Token && now.Owner == Lease.Owner && now.LeaseUntil > TimeProvider.GetUtcNow();

    /// <summary>Shows something to who watches the run.</summary>
    public void Publish(AgentEvent agentEvent)
    {
        ArgumentNullException.ThrowIfNull(agentEvent);
        if (_watcher is null)
        {
            return;
        }

        foreach (var shown in RedactLive(agentEvent))
        {
            _watcher(shown);
        }
    }

    /// <summary>Ends what the run has left running in its sandbox. Throws <see cref="SandboxException"/>.</summary>
    internal async Task EndCommandsAsync(CancellationToken cancellationToken)
    {
        if (_sandbox is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _sandbox.Value.ConfigureAwait(false)).EndCommandsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the sandbox go; it stays warm for the next run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_sandbox.IsValueCreated)
        {
            await ((Task)_sandbox.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_sandbox.Value.IsCompletedSuccessfully)
                await (await _sandbox.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }

        _commitGate.Dispose();
    }

    private async Task<SandboxSession> AcquireSandboxAsync(Func<RunContext, Task<SandboxSession>> acquire)
    {
        var before = Facts.Sandbox;
        var session = await acquire(this).ConfigureAwait(false);
        try
        {
            if (session.Sandbox != before)
                await RecordSandboxAsync(before, session.Sandbox).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Task RecordSandboxAsync(SandboxRecord? before, SandboxRecord now)
    {
        // Without a sandbox the files are this machine's own and outlive the process.
        var nothingLost = before is null || (before.Kind == "local" && now.Kind == "local");
        return CommitAsync(
            new RunCommit
            {
                Events = nothingLost ? [] : [new NoticeGiven { Topic = "lost-effects", Text = LostEffects() }],
                ChangeFacts = facts => facts with { Sandbox = now },
            },
            CancellationToken.None);
    }

    private string LostEffects() =>
        $"The sandbox of this thread is gone and a fresh one was made. What the steps up to {Facts.Steps} changed in it and did not push is lost; "
        + (Facts.PushedCommit is { } commit ? $"commit {commit} of the branch {Facts.Branch} was pushed and is there." : "nothing was pushed.");

    private void Apply(JournalEvent journalEvent)
    {
        Conversation.Apply(journalEvent);
        if (journalEvent is ModelReplied replied)
        {
            Usage += replied.Usage;
            CostUsd += replied.CostUsd;
            Steps++;
            Model = replied.Model;
        }
        else if (journalEvent is ContextCompacted compacted)
        {
            Usage += compacted.Usage;
            CostUsd += compacted.CostUsd;
        }
    }
}
