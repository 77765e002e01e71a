using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec;

/// <summary>What the commands of one sandbox have in common.</summary>
internal sealed record CommandSettings
{
    /// <summary>The directory of commands that name none.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Where the middle of long output goes; made when it is needed.</summary>
    public required string SpillDirectory { get; init; }

    /// <summary>The whole environment of commands, but for what a request adds.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where it is recorded that this process runs them itself; null = nowhere.</summary>
    public string? RecordDirectory { get; init; }

    /// <summary>What the kernel counts of the sandbox's control group.</summary>
    public GroupCounters Counters { get; init; } = GroupCounters.None;

    /// <summary>Bytes of memory that all commands together may have; 0 = nobody can tell.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>Processes and threads that all commands together may have; 0 = nobody can tell.</summary>
    public long ProcessLimit { get; init; }

    /// <summary>Whether this process is there for the commands alone, and so adopts and reaps what they leave behind.</summary>
    public required bool OwnsProcess { get; init; }
}
