namespace Drafthorse.Harness;

/// <summary>Facts that an agent keeps for later threads. A fact is somebody's own words, or a line of a repository's base branch: code compares it with its
/// source, and what does not agree is a proposal that people look at.</summary>
public sealed class MemoryOptions
{
    /// <summary>Most tokens of facts that a request begins with (default 4,000, at least 100); also at most half of what is left of the workspace's budget. The others are found by <c>memory_search</c>.</summary>
    public int MaxInjectedTokens { get; set; } = 4_000;

    /// <summary>Most characters of one fact (default 500, at least 50).</summary>
    public int MaxLength { get; set; } = 500;

    internal MemoryOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInjectedTokens, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLength, 50);
        return this;
    }
}
