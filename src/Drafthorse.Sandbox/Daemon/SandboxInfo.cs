using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Sandbox.Daemon;

/// <summary>What a sandbox says of itself. Whoever owns the sandbox may lie here.</summary>
internal sealed record SandboxInfo
{
    /// <summary>Version of the daemon.</summary>
    public string Version { get; init; } = "";

    /// <summary>The token of the first owner since the daemon started: results of calls that were made under an older one are gone.</summary>
    public long FirstToken { get; init; }

    /// <summary>Version of the wire.</summary>
    public int WireVersion { get; init; }

    /// <summary>Effective user id of the daemon and of commands.</summary>
    public int UserId { get; init; }

    /// <summary>Process id of the daemon, as it sees itself.</summary>
    public int ProcessId { get; init; }

    /// <summary>Operating system and processor, such as <c>linux-x64</c>.</summary>
    public string Platform { get; init; } = "";

    /// <summary>Names of the network interfaces; an isolated sandbox has only <c>lo</c>.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>The directory of commands that name none.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Where the middle of long output goes; file tools can read and write there.</summary>
    public string SpillDirectory { get; init; } = "";

    /// <summary>The doors, and why one did not open; empty where there are none.</summary>
    public IReadOnlyList<DoorReport> Doors { get; init; } = [];
}
