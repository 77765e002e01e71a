using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway;

/// <summary>
/// What one thread may do through the gateway, taken from the thread's record by code. Nothing in it comes from a request.
/// Make one for each run.
/// </summary>
public sealed class GitGatewayThread
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

    /// <summary>Told of every push, before the client gets its answer. A failure here fails the client's push,
    /// and its retry finds the commit already pushed.</summary>
    public Func<GitPushDecision, CancellationToken, ValueTask>? OnPush { get; init; }

    /// <summary>Told of every request.</summary>
    public Action<GitGatewayAudit>? OnRequest { get; init; }

    internal SemaphoreSlim PushGate { get; } = new(1, 1);

    internal int Connections;
}
