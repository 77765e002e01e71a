namespace Drafthorse.Harness.Sandboxes.Local;

/// <summary>How tools act directly on this machine.</summary>
public sealed class LocalOptions
{
    /// <summary>The directory that tools work in, such as the checkout: absolute.</summary>
    public required string WorkingDirectory { get; set; }

    /// <summary>Where the middle of long outputs goes: absolute; made when it is needed. null (default) = a temporary directory, which
    /// goes with the backend.</summary>
    public string? SpillDirectory { get; set; }

    /// <summary>Names of further environment variables that commands get, beside those that programs cannot do without. Whatever is
    /// named here can be read by the model.</summary>
    public IList<string> PassEnvironment { get; } = [];
}
