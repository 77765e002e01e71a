namespace Drafthorse.Harness.Threads;

/// <summary>Proof of ownership of one thread: every write of a run carries it.</summary>
/// <param name="ThreadId">The thread.</param>
/// <param name="Owner">The replica that holds it.</param>
/// <param name="Token">The fencing token: rises with every claim, and an older one is refused everywhere.</param>
public sealed record Lease(ThreadId ThreadId, string Owner, long Token);

/// <summary>Asks for the next ready thread.</summary>
public sealed record ClaimRequest
{
    /// <summary>The claiming replica's unique name.</summary>
    public required string Owner { get; init; }

    /// <summary>How long the lease lasts without renewal (default 30 s).</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most threads of one user that run at the same time.</summary>
    public int MaxPerUser { get; init; } = 8;

    /// <summary>Most threads of one repository that run at the same time.</summary>
    public int MaxPerRepository { get; init; } = 8;

    /// <summary>Most threads that run at the same time, over all replicas.</summary>
    public int MaxPerOrganization { get; init; } = int.MaxValue;

    /// <summary>Claim only this thread (a terminal that works on its own thread); null = any but those of terminals (keys that begin
    /// with <c>cli:</c>), whose files are where the terminal is, and those of guards (<c>guard:</c>). The limits do not apply to it.</summary>
    public ThreadId? Only { get; init; }

    /// <summary>With <see cref="Only"/>: also when nothing waits to be done, as for work on the thread itself.</summary>
    public bool EvenIdle { get; init; }

    /// <summary>With <see cref="Only"/>: an owner whose process is known to have ended for good, so that its lease need not run out.</summary>
    public string? GoneOwner { get; init; }
}

/// <summary>A claimed thread.</summary>
/// <param name="Lease">The new lease.</param>
/// <param name="Thread">The row as of the claim.</param>
/// <param name="TakenOver">Whether a previous owner's lease ran out, so that its last step may be half done.</param>
public sealed record Claim(Lease Lease, ThreadRecord Thread, bool TakenOver);
