using Drafthorse.Harness;

namespace Drafthorse.Sample;

/// <summary>Middleware: deterministic code around each run.</summary>
internal sealed class AnnounceRuns(TextWriter output) : IAgentMiddleware
{
    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("[run begins]");
        var outcome = await next(cancellationToken);
        await output.WriteLineAsync($"[run ends: {outcome.Status}, {run.Steps} steps, {run.CostUsd:0.0000} USD]");
        return outcome;
    }
}
