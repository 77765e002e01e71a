using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Egress;

/// <summary>What became of a connection.</summary>
public enum EgressResult
{
    /// <summary>It was let through.</summary>
    Allowed,

    /// <summary>The gate refused it.</summary>
    Refused,

    /// <summary>It was allowed, and the other side could not be reached or a limit ended it.</summary>
    Failed,
}

/// <summary>One connection that left a sandbox, or tried to.</summary>
public sealed record EgressAudit
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The thread, or null for the server's own.</summary>
    public ThreadId? Thread { get; init; }

    /// <summary>The host asked for, exact; "(invalid)" when it was none.</summary>
    public required string Name { get; init; }

    /// <summary>The port asked for; 0 when the request named none.</summary>
    public required int Port { get; init; }

    /// <summary>The address connected to, or null.</summary>
    public string? Address { get; init; }

    /// <summary>What became of it.</summary>
    public required EgressResult Result { get; init; }

    /// <summary>Why it was refused or failed; empty otherwise.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Bytes from the sandbox.</summary>
    public long BytesUp { get; init; }

    /// <summary>Bytes to the sandbox.</summary>
    public long BytesDown { get; init; }

    /// <summary>How long it lasted.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>Connections to one host and port that were refused or failed for one reason.</summary>
public sealed record BlockedEgress(string Name, int Port, EgressResult Result, string Reason, int Count)
{
    /// <summary>The line for a run's reply.</summary>
    public override string ToString() =>
        $"{(Result == EgressResult.Refused ? "blocked" : "failed")}: {Name}{(Port is 0 or 80 or 443 ? "" : $":{Port}")} ({Reason})";
}
