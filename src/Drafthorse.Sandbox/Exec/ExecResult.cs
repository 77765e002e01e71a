namespace Drafthorse.Sandbox.Exec;

/// <summary>What became of a command.</summary>
public sealed record ExecResult
{
    /// <summary>How it ended.</summary>
    public required ExecEnd End { get; init; }

    /// <summary>The shell's exit code, 128 + n when signal n killed it; null when the sandbox killed it or it never started.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The output; when its middle is left out, a line says so and names the file that has all of it.</summary>
    public string Output { get; init; } = "";

    /// <summary>The error output, empty when it was mixed into <see cref="Output"/>.</summary>
    public string ErrorOutput { get; init; } = "";

    /// <summary>Bytes that the command wrote, both streams together.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Bytes that are in neither text.</summary>
    public long BytesLeftOut { get; init; }

    /// <summary>The file in the sandbox that has the whole output; null when <see cref="Output"/> is whole.</summary>
    public string? SpillPath { get; init; }

    /// <summary>The file in the sandbox that has the whole error output; null when <see cref="ErrorOutput"/> is whole.</summary>
    public string? ErrorSpillPath { get; init; }

    /// <summary>From start to end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it did not start, or null.</summary>
    public string? Failure { get; init; }

    /// <summary>What the sandbox ran out of while the command failed; null = nothing that the sandbox knows of.</summary>
    public ExecShortage? Shortage { get; init; }
}

/// <summary>How a command ended.</summary>
public enum ExecEnd
{
    /// <summary>By itself.</summary>
    Exited,

    /// <summary>Killed after its timeout.</summary>
    TimedOut,

    /// <summary>Killed because its call was cancelled.</summary>
    Cancelled,

    /// <summary>Killed on request, or because the sandbox shut down.</summary>
    Killed,

    /// <summary>It never ran.</summary>
    FailedToStart,
}
