namespace Drafthorse.Harness;

/// <summary>Keeps large tool results out of the context: the whole goes to a file in the sandbox, its head and tail stay.</summary>
public sealed class ToolResultEvictionOptions
{
    /// <summary>Results longer than this many characters are evicted (default 80,000).</summary>
    public int MaxLength { get; set; } = 80_000;

    /// <summary>How many characters stay at each end (default 2,000).</summary>
    public int KeepLength { get; set; } = 2000;

    /// <summary>The folder in the sandbox; null (default) = the sandbox's own for long output, which is <c>/agent/large_tool_results</c>
    /// in a container.</summary>
    public string? Folder { get; set; }

    /// <summary>A folder of the host in which whole results are kept too, compressed (8 MiB each at most, 1 GiB a thread), where
    /// <c>session_search</c> finds them also when the sandbox is gone; null (default) = none.</summary>
    public string? ArchiveFolder { get; set; }
}
