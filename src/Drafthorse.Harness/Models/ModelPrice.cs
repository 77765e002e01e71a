using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Models;

/// <summary>Prices in USD per million tokens.</summary>
public sealed record ModelPrice
{
    private const decimal Million = 1_000_000m;

    /// <summary>Input that is neither read from nor written to a cache.</summary>
    public decimal Input { get; init; }

    /// <summary>Input read from the cache; null costs as <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; init; }

    /// <summary>Input written to the cache; null costs as <see cref="Input"/>.</summary>
    public decimal? CacheWrite { get; init; }

    /// <summary>Output, reasoning included.</summary>
    public decimal Output { get; init; }

    /// <summary>Higher prices of long requests, the shortest first; the last one that applies counts for the whole request.</summary>
    public IReadOnlyList<PriceTier> Tiers { get; init; } = [];

    /// <summary>What a usage costs, in USD.</summary>
    public decimal CostOf(TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        var plain = Math.Max(0, usage.Input - usage.CachedInput - usage.CacheWrite);
        var input = (plain * Input) + (usage.CachedInput * (CachedInput ?? Input)) + (usage.CacheWrite * (CacheWrite ?? Input));
        var tier = Tiers.LastOrDefault(step => usage.Input > step.InputAbove);
        return ((input * (tier?.InputFactor ?? 1)) + (usage.Output * Output * (tier?.OutputFactor ?? 1))) / Million;
    }

    /// <summary>The most a call can cost, in USD: nothing cached, all of it written to the cache, the longest answer.</summary>
    public decimal MostFor(long inputTokens, long outputTokens) =>
        CostOf(new TokenUsage { Input = inputTokens, CacheWrite = (CacheWrite ?? 0) > Input ? inputTokens : 0, Output = outputTokens });
}
