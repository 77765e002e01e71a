namespace Drafthorse.Harness.Threads;

/// <summary>The small, changing part of a thread that must be found without reading its journal. A commit replaces it whole.</summary>
public sealed record ThreadFacts
{
    /// <summary>The journal position from which the model's context is projected: the last compaction, or 0.</summary>
    public long ContextStart { get; init; }

    /// <summary>The journal position from which on the thread's newest to-do list is the first one; null when there is none.</summary>
    public long? TodosStart { get; init; }

    /// <summary>How the thread stands with its plan; null = it has none, and is not to make one.</summary>
    public PlanFacts? Plan { get; init; }

    /// <summary>What people are asked to decide, and the newest of what was decided, oldest first; null = nothing ever.</summary>
    public IReadOnlyList<Approval>? Approvals { get; init; }

    /// <summary>Steps taken over the thread's life.</summary>
    public int Steps { get; init; }

    /// <summary>The model specification chosen for this thread by a person, or null for the default.</summary>
    public string? Model { get; init; }

    /// <summary>The only branch the thread may write, named by code when the thread starts.</summary>
    public string? Branch { get; init; }

    /// <summary>The branch that the draft is to be merged into.</summary>
    public string? BaseBranch { get; init; }

    /// <summary>The commit the work started from.</summary>
    public string? BaseCommit { get; init; }

    /// <summary>The base branch's commit whose settings and instructions count; null = <see cref="BaseCommit"/>. They differ on a person's
    /// pull request, where the work starts from commits that nobody has accepted.</summary>
    public string? TrustedCommit { get; init; }

    /// <summary>Whether <see cref="Branch"/> is a person's own: their pull request is there already, and none is opened.</summary>
    public bool IsPersonsBranch { get; init; }

    /// <summary>The commit that was pushed last, or null.</summary>
    public string? PushedCommit { get; init; }

    /// <summary>The last commit that a person put on <see cref="Branch"/> past the gateway, as of the last push, or null.</summary>
    public string? PersonsCommit { get; init; }

    /// <summary>The thread's sandbox, or null.</summary>
    public SandboxRecord? Sandbox { get; init; }

    /// <summary>Cost settled so far, in USD.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Tokens so far of models whose price is unknown; when there are any, <see cref="CostUsd"/> is not all of the cost.</summary>
    public long UnpricedTokens { get; init; }

    /// <summary>Input tokens so far, cached ones included.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens so far.</summary>
    public long OutputTokens { get; init; }
}

/// <summary>A pull request on a code host.</summary>
public sealed record PullRequestRef(int Number, string Url);

/// <summary>Where a thread's sandbox is: backend kind, machine or engine, and the backend's own id for it.</summary>
public sealed record SandboxRecord(string Kind, string Machine, string Id)
{
    /// <summary>Shown to <c>sandboxd</c> when attaching, so that nothing inside can pose as its host; null for none.</summary>
    public string? Key { get; init; }
}
