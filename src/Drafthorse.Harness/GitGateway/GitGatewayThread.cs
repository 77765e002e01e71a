using Drafthorse.Harness.GitGateway.Push.Leaving;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway;

/// <summary>
/// What one thread may do through the gateway, taken from the thread's record by code. Nothing in it comes from a request.
/// Make one for each run.
/// </summary>
internal sealed class GitGatewayThread
{
    /// <summary>The thread.</summary>
    public required ThreadId ThreadId { get; init; }

    /// <summary>The only repository that can be reached; set anew when it was renamed.</summary>
    public required RepositoryRef Repository { get; set; }

    /// <summary>The only branch that can be written, without <c>refs/heads/</c>; null: nothing can be pushed.</summary>
    public string? Branch { get; init; }

    /// <summary>The branch that the draft is to be merged into; null: the default branch.</summary>
    public string? BaseBranch { get; init; }

    /// <summary>The commit that the work started from. Pushes must descend from it. Null: they must share history with the base branch.</summary>
    public string? BaseCommit { get; init; }

    /// <summary>The only trailer that credits somebody and may stand in its commits, such as <c>Co-authored-by: ...</c>; null: none.</summary>
    public string? CommitTrailer { get; init; }

    /// <summary>Whether the run still holds its thread (its fencing token is the newest): asked before a push is received
    /// and again right before it goes to the code host.</summary>
    public required Func<CancellationToken, ValueTask<bool>> StillHeld { get; init; }

    /// <summary>What the thread's record says of its branch now: asked when a push is judged. Null: whatever the branch holds is taken for a person's.</summary>
    public Func<GitBranchHistory>? History { get; init; }

    /// <summary>Whether a person has approved that this very commit leaves with what was found in it. Null: nothing is looked for, and protected paths are
    /// refused for good.</summary>
    public Func<string, IReadOnlyList<PushFinding>, bool>? MayLeave { get; init; }

    /// <summary>Told of every push, before the client gets its answer. A failure here fails the client's push,
    /// and its retry finds the commit already pushed.</summary>
    public Func<GitPushDecision, CancellationToken, ValueTask>? OnPush { get; init; }

    /// <summary>Told of every request.</summary>
    public Action<GitGatewayAudit>? OnRequest { get; init; }

    internal const int MaxProcesses = 4;

    internal SemaphoreSlim PushGate { get; } = new(1, 1);

    internal SemaphoreSlim Processes { get; } = new(MaxProcesses, MaxProcesses);

    internal int Connections;
}

/// <summary>What is known of a branch that a thread writes.</summary>
/// <param name="Pushed">The commit that went through the gateway last, or null.</param>
/// <param name="PersonsCommit">The last commit that came to the branch past the gateway, or null.</param>
internal sealed record GitBranchHistory(string? Pushed, string? PersonsCommit)
{
    /// <summary>The last commit of a person, given the branch's commit on the code host.</summary>
    internal string? PersonsCommitAt(string? tip) => tip is not null && tip != Pushed ? tip : PersonsCommit;
}
