namespace Drafthorse.Harness;

/// <summary>What threads may cost. Hard: an amount is set aside before each model call and settled after it.</summary>
public sealed class ThreadBudget
{
    /// <summary>Most that one thread may cost over its life, in USD (default 10); null = unlimited.</summary>
    public decimal? CostUsd { get; set; } = 10;

    /// <summary>Most that one user's threads may cost a day (UTC), in USD (default 50); null = unlimited.</summary>
    public decimal? UserPerDayUsd { get; set; } = 50;

    /// <summary>Most that one repository's threads may cost a day (UTC), in USD; null (default) = unlimited.</summary>
    public decimal? RepositoryPerDayUsd { get; set; }

    /// <summary>Most that all threads may cost a day (UTC), in USD; null (default) = unlimited.</summary>
    public decimal? OrganizationPerDayUsd { get; set; }

    /// <summary>Most tokens that one thread may use over its life on models without a known price (default 10 million, which is what
    /// <see cref="CostUsd"/> buys at one USD a million); null = unlimited.</summary>
    public long? UnpricedTokens { get; set; } = 10_000_000;

    /// <summary>Most tokens that one user's threads may use a day (UTC) on models without a known price (default 50 million);
    /// null = unlimited.</summary>
    public long? UserPerDayUnpricedTokens { get; set; } = 50_000_000;
}
