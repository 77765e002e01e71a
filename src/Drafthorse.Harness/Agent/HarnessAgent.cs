using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Drafthorse.Harness.Events;
using Drafthorse.Harness.Runs;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Journal;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Agent;

/// <summary>
/// A coding agent: a model, tools, a sandbox and a durable thread for every conversation. One instance serves any number of
/// threads at the same time. Make one with <see cref="CreateBuilder"/>.
/// </summary>
public sealed class HarnessAgent
{
    private readonly AgentOptions _options;
    private readonly ILogger _logger;
    private readonly string _owner = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid():N}";

    internal HarnessAgent(AgentOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
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
                    Usage = finished.Usage,
                    CostUsd = finished.CostUsd,
                };
            }
        }

        return reply ?? throw new InvalidOperationException("The thread was run by another process; follow its journal instead.");
    }

    /// <summary>Sends a message to a thread, runs it until its inbox is empty, and yields what happens. Leaving the loop early
    /// stops the run where it is; the next message goes on from there.</summary>
    public async IAsyncEnumerable<AgentEvent> StreamAsync(AgentMessage message, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var enqueued = await Store.EnqueueAsync(message.ToRequest(), cancellationToken).ConfigureAwait(false);
        var events = Channel.CreateUnbounded<AgentEvent>(new UnboundedChannelOptions { SingleReader = true });
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.Run(() => RunUntilEmptyAsync(enqueued.ThreadId, agentEvent => events.Writer.TryWrite(agentEvent), left.Token), CancellationToken.None);
        _ = running.ContinueWith(task => events.Writer.TryComplete(task.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
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

    private async Task RunUntilEmptyAsync(ThreadId threadId, Action<AgentEvent> watcher, CancellationToken cancellationToken)
    {
        var request = new ClaimRequest { Owner = _owner, Only = threadId };
        while (await RunLease.ClaimAsync(Store, request, _options.TimeProvider, _logger, cancellationToken).ConfigureAwait(false) is { } lease)
        {
            await using var owned = lease.ConfigureAwait(false);
            using var leaving = cancellationToken.Register(lease.Abandon);
            var release = await RunAsync(lease, watcher, cancellationToken).ConfigureAwait(false);
            await Store.ReleaseAsync(release, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
