using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Workspace.Files;
using Microsoft.Extensions.Logging;

namespace Drafthorse.Harness.Workspace;

/// <summary>Tells running threads at their next step what people have changed in the workspace.</summary>
/// <param name="reader">The files.</param>
/// <param name="logger">The log.</param>
internal sealed partial class WorkspaceMiddleware(WorkspaceReader reader, ILogger logger) : IAgentMiddleware
{
    /// <inheritdoc />
    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(next);
        await TellAsync(run, cancellationToken).ConfigureAwait(false);
        return await next(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        var output = await next(call, cancellationToken).ConfigureAwait(false);
        await TellAsync(call.Run, cancellationToken).ConfigureAwait(false);
        return output;
    }

    private async Task TellAsync(RunContext run, CancellationToken cancellationToken)
    {
        try
        {
            if (run.Conversation.Workspace is not { } told || await reader.ListAsync(cancellationToken).ConfigureAwait(false) is not { } now || now.Revision == told.Revision)
                return;
            var gate = GateOf(run);
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // Calls side by side see the same change.
                if (run.Conversation.Workspace is { } still && still.Revision != now.Revision)
                {
                    var text = await WorkspaceNews.WriteAsync(reader, still, now, cancellationToken).ConfigureAwait(false);
                    await run.CommitAsync(new RunCommit { Events = [new WorkspaceChanged { Mark = WorkspacePrompt.MarkOf(now), Text = text }] }, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                gate.Release();
            }
        }
        catch (WorkspaceException exception)
        {
            LogNotRead(logger, exception.Message);
        }
    }

    private static SemaphoreSlim GateOf(RunContext run)
    {
        lock (run)
        {
            if (run.Get<Gate>() is { } known)
                return known.Semaphore;
            var gate = new Gate();
            run.Set(gate);
            return gate.Semaphore;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The workspace could not be looked at; what is known of it goes on. {Reason}")]
    private static partial void LogNotRead(ILogger logger, string reason);

    private sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);
    }
}
