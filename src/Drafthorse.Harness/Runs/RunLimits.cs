namespace Drafthorse.Harness.Runs;

/// <summary>How many threads may run at the same time, over all replicas. <see cref="int.MaxValue"/> is no limit.</summary>
public sealed record RunLimits
{
    /// <summary>Most of one user (default 8).</summary>
    public int PerUser { get; init; } = 8;

    /// <summary>Most of one repository (default 8).</summary>
    public int PerRepository { get; init; } = 8;

    /// <summary>Most in all (default: no limit).</summary>
    public int PerOrganization { get; init; } = int.MaxValue;
}
