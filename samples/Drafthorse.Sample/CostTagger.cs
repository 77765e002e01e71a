using System.Diagnostics.Metrics;
using Drafthorse.Harness;

namespace Drafthorse.Sample;

/// <summary>Middleware around model calls: what each costs is counted for a team, in a metric of one's own.</summary>
public sealed class CostTagger(Func<RunContext, string> teamOf) : IAgentMiddleware, IDisposable
{
    private readonly Meter _meter = new("Sample.Costs");
    private Counter<double>? _cost;

    /// <inheritdoc />
    public async Task<ModelAnswer> OnModelCallAsync(ModelCall call, Func<ModelCall, CancellationToken, Task<ModelAnswer>> next, CancellationToken cancellationToken)
    {
        var answer = await next(call, cancellationToken);
        _cost ??= _meter.CreateCounter<double>("model_cost_usd", "USD", "What model calls cost, by team and model.");
        _cost.Add((double)answer.CostUsd, new("team", teamOf(call.Run)), new("model", answer.Model));
        return answer;
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
