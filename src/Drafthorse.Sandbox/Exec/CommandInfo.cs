namespace Drafthorse.Sandbox.Exec;

/// <summary>A command that the sandbox knows.</summary>
public sealed record CommandInfo
{
    /// <summary>The id it was started with.</summary>
    public required string CallId { get; init; }

    /// <summary>Its first 200 characters.</summary>
    public string Command { get; init; } = "";

    /// <summary>Whether it was started in the background.</summary>
    public bool IsBackground { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public ExecEnd? End { get; init; }

    /// <summary>Its exit code once it has one.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How long it has run, or ran.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Bytes written so far.</summary>
    public long TotalBytes { get; init; }

    /// <summary>The file in the sandbox with its output, if there is one.</summary>
    public string? OutputPath { get; init; }

    /// <summary>Why it did not start, or null.</summary>
    public string? Failure { get; init; }

    /// <summary>What the sandbox ran out of while it failed, or null.</summary>
    public ExecShortage? Shortage { get; init; }
}

/// <summary>A stretch of a background command's output.</summary>
public sealed record CommandTail
{
    /// <summary>The command as it is now.</summary>
    public required CommandInfo Info { get; init; }

    /// <summary>The stretch, decoded as UTF-8.</summary>
    public string Text { get; init; } = "";

    /// <summary>Where the stretch begins, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>Where the next one begins.</summary>
    public long NextOffset { get; init; }
}
