namespace Drafthorse.Harness.Sandboxes.Local;

/// <summary>How tools act directly on this machine.</summary>
public sealed class LocalOptions
{
    /// <summary>The directory that tools work in, such as the checkout: absolute.</summary>
    public required string WorkingDirectory { get; set; }

    /// <summary>Where the middle of long outputs goes, in a folder for each sandbox: absolute; made when it is needed. A folder goes with
    /// its sandbox; one that nothing was written to for 7 days, and beyond 2 GiB the oldest, when the first sandbox starts. null (default)
    /// = a temporary directory, which goes with the backend.</summary>
    public string? SpillDirectory { get; set; }

    /// <summary>Where it is recorded which processes run commands, so that those of a killed one are ended by the next that uses the same
    /// directory: absolute; made when it is needed. null (default) = nothing is recorded. Linux only.</summary>
    public string? RecordDirectory { get; set; }

    /// <summary>Names of further environment variables that commands get, beside those that programs cannot do without. Whatever is
    /// named here can be read by the model.</summary>
    public IList<string> PassEnvironment { get; } = [];
}
