using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Drafthorse.Harness.Agent.Answers;
using Drafthorse.Harness.Agent.Loop;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness;

/// <summary>
/// A coding agent: a model, tools, a sandbox and a durable thread for every conversation. One instance serves any number of
/// threads at the same time. Make one with <see cref="CreateBuilder"/>.
/// </summary>
public sealed partial class HarnessAgent : IAsyncDisposable
{
    private readonly AgentOptions _options;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<IAsyncDisposable> _owned;
    private readonly string _owner = OwnerName.New();

    internal HarnessAgent(AgentOptions options, ILogger logger, IReadOnlyList<IAsyncDisposable> owned)
    {
        _options = options;
        _logger = logger;
        _owned = owned;
    }

    /// <summary>The agent's name.</summary>
    public string Name => _options.Name;

    /// <summary>Where its threads live.</summary>
    public IThreadStore Store => _options.Store;

    /// <summary>Begins to put an agent together.</summary>
    public static HarnessAgentBuilder CreateBuilder(string name) => new(name);

    /// <summary>Sends a message to a thread and runs it until its inbox is empty. Returns how the last run ended.
    /// Throws <see cref="LeaseLostException"/> when another process took the thread over meanwhile.</summary>
    public async Task<AgentReply> RunAsync(AgentMessage message, CancellationToken cancellationToken = default)
    {
        AgentReply? reply = null;
        await foreach (var agentEvent in StreamAsync(message, cancellationToken).ConfigureAwait(false))
        {
            if (agentEvent is JournalAppended { Event: RunFinished finished })
            {
                reply = new AgentReply
                {
                    ThreadId = agentEvent.ThreadId,
                    Status = Enum.Parse<ThreadStatus>(finished.Outcome, ignoreCase: true),
                    Text = finished.FinalText,
                    Reason = finished.Reason,
                    Failure = Enum.TryParse<FailureKind>(finished.Failure, out var failure) ? failure : FailureKind.None,
                    Usage = finished.Usage,
                    CostUsd = finished.CostUsd,
                };
            }
        }

        return reply ?? throw new InvalidOperationException("The thread was run by another process; follow its journal instead.");
    }

    /// <summary>As <see cref="RunAsync(AgentMessage, CancellationToken)"/>, with an answer that is a value of a type. Its schema is asked of the
    /// provider where it can enforce one; the answer is checked by code always, and the model may correct it.
    /// Throws <see cref="JsonException"/> when an answer that fits the schema still cannot be read.</summary>
    public async Task<AgentReply<T>> RunAsync<T>(AgentMessage message, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(type);
        var form = new AnswerType<T>(type);
        var reply = await RunAsync(message with { AnswerSchema = form.Schema }, cancellationToken).ConfigureAwait(false);
        return new AgentReply<T>(reply, reply.Status == ThreadStatus.Done ? form.Read(reply.Text) : default);
    }

    /// <summary>As the overload with a <see cref="JsonTypeInfo{T}"/>, with a type that is looked at by reflection.</summary>
    [RequiresUnreferencedCode("Looks at the type by reflection; pass a JsonTypeInfo<T> of a source-generated context instead.")]
    [RequiresDynamicCode("Looks at the type by reflection; pass a JsonTypeInfo<T> of a source-generated context instead.")]
    public Task<AgentReply<T>> RunAsync<T>(AgentMessage message, CancellationToken cancellationToken = default) =>
        RunAsync(message, (JsonTypeInfo<T>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T)), cancellationToken);

    /// <summary>Leaves a message for a thread that is running here or elsewhere, such as one that steers. Runs nothing: a thread at
    /// rest takes it with its next run. Returns the thread.</summary>
    public async Task<ThreadId> SendAsync(AgentMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return (await Store.EnqueueAsync(message.ToRequest(), cancellationToken).ConfigureAwait(false)).ThreadId;
    }

    /// <summary>Cancels the work on all messages that a thread has so far, wherever it runs; its run ends as
    /// <see cref="ThreadStatus.Cancelled"/>. Returns false when there was nothing to cancel.</summary>
    public Task<bool> CancelAsync(ThreadId threadId, CancellationToken cancellationToken = default) =>
        Store.CancelAsync(threadId, long.MaxValue, [], cancellationToken);

    /// <summary>Sends a message to a thread, runs it until its inbox is empty, and yields what happens. While another process runs the
    /// thread, that run takes the message and its journal is yielded (after <see cref="RunElsewhere"/>); when its lease ends, this
    /// process goes on. Leaving the loop early stops the run where it is; the next message goes on from there.</summary>
    public async IAsyncEnumerable<AgentEvent> StreamAsync(AgentMessage message, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var before = await Store.GetThreadAsync(ThreadId.FromKey(message.ThreadKey), cancellationToken).ConfigureAwait(false);
        var enqueued = await Store.EnqueueAsync(message.ToRequest(), cancellationToken).ConfigureAwait(false);
        var watch = new JournalWatch(Store, enqueued.ThreadId, before?.JournalLength ?? 0);
        await foreach (var agentEvent in StreamAsync(watch, cancellationToken).ConfigureAwait(false))
        {
            yield return agentEvent;
        }
    }

    /// <summary>Goes on with a thread whose run was cut off, without a new message; otherwise like <see cref="StreamAsync(AgentMessage, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<AgentEvent> ResumeAsync(ThreadId threadId, CancellationToken cancellationToken = default) =>
        StreamAsync(new JournalWatch(Store, threadId, null), cancellationToken);

    /// <summary>Runs a claimed thread until its run ends, and says how to release it: what a <see cref="ThreadWorker"/> calls.</summary>
    /// <param name="lease">The claimed thread and its lease.</param>
    /// <param name="watcher">Sees what happens, beside the agent's own watcher; null = nobody.</param>
    /// <param name="draining">Ends the run at the next step boundary; the thread is queued again.</param>
    public Task<ReleaseRequest> RunAsync(RunLease lease, Action<AgentEvent>? watcher, CancellationToken draining)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var options = watcher is null ? _options : _options with { Watcher = _options.Watcher + watcher };
        return new AgentRun(options, _logger).RunAsync(lease, draining);
    }

    /// <summary>Makes a resting thread's context shorter: old tool results are masked, and where that is not enough older messages become a
    /// summary; the journal keeps them. Returns what was done (without the context itself); null when nothing could be made shorter, or
    /// another process runs the thread. Throws <see cref="Models.ModelException"/>.</summary>
    public async Task<ContextCompacted?> CompactAsync(ThreadId threadId, CancellationToken cancellationToken = default)
    {
        if (await Store.GetThreadAsync(threadId, cancellationToken).ConfigureAwait(false) is not { Owner: null } thread)
        {
            return null;
        }

        var request = new ClaimRequest { Owner = _owner, Only = threadId, EvenIdle = true };
        if (await RunLease.ClaimAsync(Store, request, _options.TimeProvider, _logger, cancellationToken).ConfigureAwait(false) is not { } lease)
        {
            return null;
        }

        await using var owned = lease.ConfigureAwait(false);
        using var leaving = cancellationToken.Register(lease.Abandon);
        try
        {
            return await new AgentRun(_options, _logger).CompactAsync(lease).ConfigureAwait(false);
        }
        finally
        {
            await lease.ReleaseAsync(new ReleaseRequest { Lease = lease.Lease, State = thread.State }, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<AgentEvent> StreamAsync(JournalWatch elsewhere, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = Channel.CreateUnbounded<AgentEvent>(new UnboundedChannelOptions { SingleReader = true });
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.Run(() => RunUntilEmptyAsync(elsewhere, agentEvent => events.Writer.TryWrite(agentEvent), left.Token), CancellationToken.None);
        _ = running.ContinueWith(task => events.Writer.TryComplete(task.IsCanceled ? new TaskCanceledException(task) : task.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var agentEvent in events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return agentEvent;
            }
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Lets go of what the builder made for the agent: its sandboxes' backend, and its store when none was given.</summary>
    public async ValueTask DisposeAsync()
    {
        // The sandboxes before the store: what is done with them is read from it.
        foreach (var owned in _owned.Reverse())
        {
            await owned.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunUntilEmptyAsync(JournalWatch elsewhere, Action<AgentEvent> watcher, CancellationToken cancellationToken)
    {
        var threadId = elsewhere.ThreadId;
        var request = new ClaimRequest { Owner = _owner, Only = threadId };
        while (true)
        {
            // The wait begins before the look, so that nothing comes unseen between them.
            var change = Store.WaitForChangeAsync(threadId, TimeSpan.FromSeconds(1), cancellationToken);
            if (await RunLease.ClaimAsync(Store, request, _options.TimeProvider, _logger, cancellationToken).ConfigureAwait(false) is { } lease)
            {
                await elsewhere.CatchUpAsync(lease.Claim.Thread.JournalLength, watcher, cancellationToken).ConfigureAwait(false);
                await RunClaimedAsync(lease, watcher, cancellationToken).ConfigureAwait(false);
                elsewhere.Forget();
                continue;
            }

            if (await Store.GetThreadAsync(threadId, cancellationToken).ConfigureAwait(false) is not { } thread)
            {
                return;
            }

            if (thread.Owner is { } owner)
            {
                if (request.GoneOwner != owner && OwnerName.IsGone(owner))
                {
                    request = request with { GoneOwner = owner };
                    continue;
                }

                elsewhere.Tell(watcher);
            }

            await elsewhere.CatchUpAsync(thread.JournalLength, watcher, cancellationToken).ConfigureAwait(false);
            if (thread.Owner is null && (thread.InboxDepth == 0 || thread.State is ThreadStatus.Parked))
            {
                return;
            }

            await change.ConfigureAwait(false);
        }
    }

    private async Task RunClaimedAsync(RunLease lease, Action<AgentEvent> watcher, CancellationToken cancellationToken)
    {
        await using var owned = lease.ConfigureAwait(false);
        using var leaving = cancellationToken.Register(lease.Abandon);
        var release = await RunAsync(lease, watcher, cancellationToken).ConfigureAwait(false);
        await lease.ReleaseAsync(release, CancellationToken.None).ConfigureAwait(false);
    }
}
