using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts;

/// <summary>Which branch a thread writes, from where, and what it is to be merged into. Made once, when the thread's first run begins.</summary>
/// <param name="Branch">The only branch that the thread writes.</param>
/// <param name="BaseBranch">What it is to be merged into.</param>
/// <param name="BaseCommit">Where the work starts; null in a repository without commits.</param>
/// <param name="TrustedCommit">Whose settings and instructions count.</param>
/// <param name="IsPersonsBranch">Whether the branch is that of a person's pull request.</param>
internal sealed record BranchPlan(string Branch, string BaseBranch, string? BaseCommit, string? TrustedCommit, bool IsPersonsBranch = false)
{
    /// <summary>The model that the settings ask for, or null.</summary>
    public string? Model { get; private init; }

    /// <summary>
    /// An own branch from the base branch; on a person's pull request an own branch stacked on theirs, or theirs where the base branch's
    /// settings allow it. A fork's branch cannot be the base of a pull request here, so that one holds the fork's commits too: those that
    /// were taken over, not what the fork has now.
    /// Throws <see cref="GitException"/> and <see cref="RepositorySettingsException"/>.
    /// </summary>
    public static async Task<BranchPlan> MakeAsync(RepositoryMirrors mirrors, ThreadRecord thread, CancellationToken cancellationToken)
    {
        var (repository, pull) = (thread.Origin.Repository!, thread.Origin.PullRequest);
        var trusted = await mirrors.ResolveBaseAsync(repository, pull?.BaseBranch ?? thread.Origin.BaseBranch, cancellationToken).ConfigureAwait(false);
        var settings = await RepositorySettings.ReadAsync(mirrors, repository, trusted.Commit, cancellationToken).ConfigureAwait(false);
        var own = BranchName.FreeOf(
            BranchName.For(thread, settings.BranchPrefix), await mirrors.ListBranchesAsync(repository, cancellationToken).ConfigureAwait(false));
        if (pull is null)
            return new BranchPlan(own, trusted.Branch, trusted.Commit, trusted.Commit) { Model = settings.Model };

        if (pull.IsFork)
        {
            var taken = pull.HeadCommit ?? throw new GitException(
                $"Pull request #{pull.Number} is from a fork, and nobody has taken its commits over: in a branch of {repository.FullName} its CI would run them with its secrets.");
            await mirrors.KeepPullRequestCommitAsync(repository, pull.Number, taken, cancellationToken).ConfigureAwait(false);
            return new BranchPlan(own, trusted.Branch, taken, trusted.Commit) { Model = settings.Model };
        }

        var head = await mirrors.ResolveBranchAsync(repository, pull.HeadBranch, cancellationToken).ConfigureAwait(false);
        if (head is null)
        {
            var commit = await mirrors.ResolvePullRequestAsync(repository, pull.Number, cancellationToken).ConfigureAwait(false);
            return new BranchPlan(own, trusted.Branch, commit ?? trusted.Commit, trusted.Commit) { Model = settings.Model };
        }

        return settings.PushToPullRequestBranch && await MayBeWrittenAsync(mirrors, repository, pull, cancellationToken).ConfigureAwait(false)
            ? new BranchPlan(pull.HeadBranch, trusted.Branch, head, trusted.Commit, IsPersonsBranch: true) { Model = settings.Model }
            : new BranchPlan(own, pull.HeadBranch, head, trusted.Commit) { Model = settings.Model };
    }

    /// <summary>A pull request can also be from the default branch (into a release branch, say), which nobody meant to open.</summary>
    private static async Task<bool> MayBeWrittenAsync(RepositoryMirrors mirrors, RepositoryRef repository, PullRequestOrigin pull, CancellationToken cancellationToken) =>
        pull.HeadBranch != pull.BaseBranch
        && pull.HeadBranch != (await mirrors.ResolveBaseAsync(repository, null, cancellationToken).ConfigureAwait(false)).Branch;
}
