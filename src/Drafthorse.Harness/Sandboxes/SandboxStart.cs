using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>What a fresh sandbox is to be.</summary>
public sealed record SandboxStart
{
    /// <summary>The thread it is for; kept with the sandbox, so that an orphan is found.</summary>
    public required ThreadId ThreadId { get; init; }

    /// <summary>A unique name: lower-case letters, digits and hyphens, at most 60.</summary>
    public required string Name { get; init; }

    /// <summary>Environment of everything that runs inside. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How much of the machine it may take; null (default) = what the backend's options say.</summary>
    public SandboxLimits? Limits { get; init; }

    /// <summary>More files of its <c>/etc</c>, by name. Never a secret.</summary>
    public IReadOnlyDictionary<string, byte[]> Etc { get; init; } = new Dictionary<string, byte[]>();
}
