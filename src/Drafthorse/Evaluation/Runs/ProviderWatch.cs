using Drafthorse.Harness;
using Drafthorse.Harness.Models;

namespace Drafthorse.Evaluation.Runs;

/// <summary>Remembers how the newest model call failed: whether a run failed by its provider or by itself is not to be read from words.</summary>
internal sealed class ProviderWatch : IAgentMiddleware
{
    private ModelException? _last;

    /// <summary>What the provider did to the run, or null when the run failed by itself: a request that is too long, wrong, or refused for
    /// what is in it says something of the agent.</summary>
    public ModelException? Failure => _last is { Kind: ModelErrorKind.ContextOverflow or ModelErrorKind.InvalidRequest or ModelErrorKind.ContentFiltered } ? null : _last;

    public async Task<ModelAnswer> OnModelCallAsync(ModelCall call, Func<ModelCall, CancellationToken, Task<ModelAnswer>> next, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await next(call, cancellationToken);
            _last = null;
            return answer;
        }
        catch (ModelException exception)
        {
            _last = exception;
            throw;
        }
    }
}
