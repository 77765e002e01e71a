using Drafthorse.Harness.GitGateway.Push.Leaving;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway;

/// <summary>What became of one push. Made for every push, also those refused before a byte of their pack was read.</summary>
internal sealed record GitPushDecision
{
    /// <summary>When it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The thread.</summary>
    public required ThreadId ThreadId { get; init; }

    /// <summary>The repository, as the thread's record has it.</summary>
    public required RepositoryRef Repository { get; init; }

    /// <summary>The refs that the push named, as far as they could be read.</summary>
    public required IReadOnlyList<string> Refs { get; init; }

    /// <summary>The branch's commit on the code host before, or null when there was none or it was not looked at.</summary>
    public string? OldCommit { get; init; }

    /// <summary>The commit that the push names; null when it names none or several.</summary>
    public string? Commit { get; init; }

    /// <summary>The last commit that a person put on the branch past the gateway, as far as it is known, or null.</summary>
    public string? PersonsCommit { get; init; }

    /// <summary>Whether the code host has the commit now.</summary>
    public required bool Pushed { get; init; }

    /// <summary>Why it was refused; empty when it was not.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The protected paths that the push changes; empty unless they are the reason.</summary>
    public IReadOnlyList<string> ProtectedPaths { get; init; } = [];

    /// <summary>What a person may let through, for this very commit; empty when nobody can.</summary>
    public IReadOnlyList<PushFinding> Findings { get; init; } = [];
}

/// <summary>One request to the gateway: who asked for what, and whether it went through.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="ThreadId">The thread.</param>
/// <param name="Request">The method and path, cut to 300 characters.</param>
/// <param name="Status">The HTTP status that was answered.</param>
/// <param name="Reason">Why it was refused; empty when it was not.</param>
internal sealed record GitGatewayAudit(DateTimeOffset At, ThreadId ThreadId, string Request, int Status, string Reason);
