using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>What a model call has used, attempts that broke off included.</summary>
internal sealed class CallTally
{
    /// <summary>Whether anything of an answer came: then it is paid for, whatever became of it.</summary>
    public bool HasBegun { get; private set; }

    public TokenUsage Usage { get; private set; } = new();

    public decimal CostUsd { get; private set; }

    /// <summary>Tokens of models without a price.</summary>
    public long UnpricedTokens => Usage.Unpriced;

    /// <summary>Input tokens of the attempt that came last.</summary>
    public long LastInput { get; private set; }

    public void Add(TokenUsage usage, decimal? costUsd)
    {
        HasBegun = true;
        Usage += usage with { Unpriced = costUsd is null ? usage.Input + usage.Output : 0 };
        CostUsd += costUsd ?? 0;
        LastInput = usage.Input;
    }
}
