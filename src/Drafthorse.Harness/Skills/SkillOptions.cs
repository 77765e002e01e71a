namespace Drafthorse.Harness;

/// <summary>Skills by the Agent Skills format (https://agentskills.io): of the workspace, and of a repository's base branch.</summary>
public sealed class SkillOptions
{
    /// <summary>Most tokens of the list of skills that a request begins with (default 2,000, at least 100); also at most half of what is left of the workspace's budget. What is left out is found by <c>skill_search</c>.</summary>
    public int MaxListedTokens { get; set; } = 2_000;

    /// <summary>Whether models may propose skills, which people promote (default true).</summary>
    public bool Proposals { get; set; } = true;

    internal SkillOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxListedTokens, 100);
        return this;
    }
}
