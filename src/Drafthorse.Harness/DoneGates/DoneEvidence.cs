using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.DoneGates;

/// <summary>What code found of a run's work when the model said that it is done.</summary>
internal sealed record DoneEvidence
{
    /// <summary>The commit, or the state of the work tree; null when there is none yet.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether the run changed anything.</summary>
    public bool IsChanged { get; init; } = true;

    /// <summary>Lines that the run added and removed.</summary>
    public long ChangedLines { get; init; }

    /// <summary>Whether verify commands are named.</summary>
    public bool HasVerify { get; init; }

    /// <summary>Whether they run on a clean checkout of the commit.</summary>
    public bool IsCleanCheckout { get; init; }

    /// <summary>What came of them; empty when none ran.</summary>
    public IReadOnlyList<VerifyResult> Verified { get; init; } = [];

    /// <summary>How often a red verify goes back in one run.</summary>
    public int MaxFixRounds { get; init; }

    /// <summary>What is not as it should be in the work tree, or null.</summary>
    public Complaint? WorkTree { get; init; }

    /// <summary>The verify command that failed, or null.</summary>
    public VerifyResult? Red => Verified.FirstOrDefault(result => result.ExitCode != 0);
}
