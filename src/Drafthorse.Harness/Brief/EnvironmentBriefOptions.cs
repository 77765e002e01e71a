namespace Drafthorse.Harness;

/// <summary>What a model is told of the project and its sandbox before it begins: files, commands that files name, toolchains, limits.</summary>
public sealed class EnvironmentBriefOptions
{
    /// <summary>Whether models are told (default true): threads with a repository, and those whose tools work in a folder of this machine that is one.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Most tokens of it all, by the library's estimate (default 1,500, at least 600).</summary>
    public int MaxTokens { get; set; } = 1500;

    internal EnvironmentBriefOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens, 600);
        return this;
    }
}
