namespace Drafthorse.Harness;

/// <summary>
/// Deterministic code around a run, a model call or a tool call. The first one registered is the outermost. Every method may
/// act before, after or instead of <c>next</c>.
/// </summary>
public interface IAgentMiddleware
{
    /// <summary>Around a run. Calling <paramref name="next"/> again lets the model go on (after a notice to it, for example).</summary>
    Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken) =>
        next(cancellationToken);

    /// <summary>Around a model call, streaming and retries included.</summary>
    Task<ModelAnswer> OnModelCallAsync(ModelCall call, Func<ModelCall, CancellationToken, Task<ModelAnswer>> next, CancellationToken cancellationToken) =>
        next(call, cancellationToken);

    /// <summary>Around a tool call.</summary>
    Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken) =>
        next(call, cancellationToken);
}
