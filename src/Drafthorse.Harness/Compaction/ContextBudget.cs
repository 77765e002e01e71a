using Drafthorse.Harness.Models;

namespace Drafthorse.Harness;

/// <summary>How many tokens a request may have, so that its answer still fits into the window.</summary>
internal static class ContextBudget
{
    /// <summary>The longest answer that is asked for, in tokens. On small windows a quarter of them, as little would be left to work with.</summary>
    public static int OutputOf(ModelInfo model) => Math.Max(1, Math.Min(Math.Min(model.MaxOutput, 32_000), model.ContextWindow / 4));

    /// <summary>The most that a request may have before the context is compacted, in tokens.</summary>
    public static int MostFor(ModelInfo model, CompactionOptions options)
    {
        var most = Math.Min(model.ContextWindow * options.MaxFill, model.ContextWindow - OutputOf(model));
        return (int)(model.ContextWindow > options.MinTokensLeft * 2 ? Math.Min(most, model.ContextWindow - options.MinTokensLeft) : most);
    }
}
