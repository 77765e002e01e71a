using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts;

/// <summary>What one run needs to know of the repository it works on. Made by code when the run begins.</summary>
internal sealed record RepositoryWork
{
    /// <summary>The repository.</summary>
    public required RepositoryRef Repository { get; init; }

    /// <summary>The repository's own settings, as of the base branch.</summary>
    public required RepositorySettings Settings { get; init; }

    /// <summary>Where the checkout is in the sandbox.</summary>
    public required string Checkout { get; init; }

    /// <summary>The only branch that may be written.</summary>
    public required string Branch { get; init; }

    /// <summary>The branch that the draft is to be merged into.</summary>
    public required string BaseBranch { get; init; }

    /// <summary>The commit that the work starts from; null in a repository without commits.</summary>
    public string? BaseCommit { get; init; }

    /// <summary>The base branch's commit whose settings and instructions count: never one of a pull request's.</summary>
    public string? TrustedCommit { get; init; }

    /// <summary>The ref that brings <see cref="BaseCommit"/> when no branch does: a pull request's from a fork.</summary>
    public string? BaseRef { get; init; }

    /// <summary>Whether <see cref="Branch"/> is the branch of a person's pull request, so that no other one is opened.</summary>
    public bool IsPersonsBranch { get; init; }

    /// <summary>The last push that waits for a person, by the gateway's word; null = none.</summary>
    public HeldPush? Held { get; set; }

    /// <summary>What the sandbox tried to reach and could not, once it is there.</summary>
    public EgressSession? Egress { get; set; }
}
