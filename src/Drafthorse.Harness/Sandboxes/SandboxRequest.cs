using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>A run's wish for its thread's sandbox.</summary>
public sealed record SandboxRequest
{
    /// <summary>The thread.</summary>
    public required ThreadId ThreadId { get; init; }

    /// <summary>The fencing token of the run's lease.</summary>
    public required long Token { get; init; }

    /// <summary>The thread's sandbox as its facts name it, or null for a fresh one.</summary>
    public SandboxRecord? Sandbox { get; init; }

    /// <summary>Environment of everything that runs in a fresh sandbox. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How much of the machine a fresh sandbox may take; null (default) = what the backend's options say.</summary>
    public SandboxLimits? Limits { get; init; }

    /// <summary>More files in <c>/etc</c> of a fresh isolated sandbox, by name. Never a secret.</summary>
    public IReadOnlyDictionary<string, byte[]> Etc { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>What the sandbox may call on the host: the doors' tunnels. Null = nothing, so that there is no way out at all.</summary>
    internal WireHandlers? HostMethods { get; init; }
}

/// <summary>How a sandbox was acquired.</summary>
public enum AcquirePath
{
    /// <summary>A new one was started.</summary>
    Fresh,

    /// <summary>It ran, or was paused.</summary>
    Warm,

    /// <summary>It was stopped, and was started again with its files.</summary>
    Resume,
}
