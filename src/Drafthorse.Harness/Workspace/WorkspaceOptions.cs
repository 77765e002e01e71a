namespace Drafthorse.Harness;

/// <summary>A team's files for its agents.</summary>
public sealed class WorkspaceOptions
{
    /// <summary>The folder with the team's files, which no tool writes; null = none.</summary>
    public string? Path { get; set; }

    /// <summary>Where the agent keeps what it learns and proposes (null = in memory, gone with the process). Of its user alone.</summary>
    public string? OverlayPath { get; set; }

    /// <summary>Most tokens of the workspace that a request begins with, by the library's estimate (default 8,000, at least 1,000). What does not fit is named by its path.</summary>
    public int MaxInjectedTokens { get; set; } = 8_000;

    internal WorkspaceOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInjectedTokens, 1_000);
        return this;
    }
}
