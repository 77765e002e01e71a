namespace Drafthorse.Sandbox.Exec;

/// <summary>What a sandbox ran out of while a command that failed was running.</summary>
public sealed record ExecShortage
{
    /// <summary>What ran out.</summary>
    public ExecShortageKind Kind { get; init; }

    /// <summary>How much there is of it in all: bytes of memory or disk, or processes; 0 = nobody can tell.</summary>
    public long Limit { get; init; }

    /// <summary>The directory whose disk is full; null for all else.</summary>
    public string? Place { get; init; }
}

/// <summary>What a sandbox can run out of.</summary>
public enum ExecShortageKind
{
    /// <summary>Memory: the kernel killed a process of the sandbox's control group.</summary>
    Memory,

    /// <summary>Processes: the kernel refused to start one in the sandbox's control group.</summary>
    Processes,

    /// <summary>Disk: the command was told so, and a disk that it may write is full.</summary>
    Disk,
}
