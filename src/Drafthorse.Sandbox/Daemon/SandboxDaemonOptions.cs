using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Daemon;

/// <summary>How a daemon serves its sandbox.</summary>
internal sealed class SandboxDaemonOptions
{
    /// <summary>The directories that file tools may read and change; <see cref="SpillDirectory"/> is one more.</summary>
    public IReadOnlyList<string> FileRoots { get; init; } = ["/src", "/agent", "/tmp"];

    /// <summary>The directory of commands that name none, and of relative paths.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Where the middle of long output goes; made when it is needed. A command can read it by the path in its result.</summary>
    public required string SpillDirectory { get; init; }

    /// <summary>The whole environment of commands. Nothing else of the daemon's own environment reaches them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it is recorded that this process runs commands, for <see cref="Exec.CommandRecords.EndLeft"/> of a successor when this
    /// process is killed: absolute; made when it is needed. null (default) = nowhere: commands end with the sandbox.</summary>
    public string? RecordDirectory { get; init; }

    /// <summary>Whether the daemon is a process of its own that adopts and reaps what commands leave behind. False where it is hosted in
    /// a process that has other children.</summary>
    public bool OwnsProcess { get; init; }

    /// <summary>What the kernel counts of the sandbox's control group.</summary>
    public GroupCounters Counters { get; init; } = GroupCounters.None;

    /// <summary>Bytes of memory that the sandbox may have; 0 = nobody can tell.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>Processes and threads that the sandbox may have; 0 = nobody can tell.</summary>
    public long ProcessLimit { get; init; }

    /// <summary>The doors of a sandbox without a network; null opens none.</summary>
    public DoorOptions? Doors { get; init; }
}
