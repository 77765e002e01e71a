using System.Globalization;
using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Judges a received commit by its objects, before it goes to the code host.</summary>
internal sealed class ObjectPolicy(GitProcess git, GitGatewayOptions options, string quarantine)
{
    private readonly CommitGraph _graph = new(git, options.Unpack, quarantine);

    /// <summary>What the commit is judged against, as the code host has it: the branch, where work started, the base branch, and the last
    /// commit of a person on the branch.</summary>
    public sealed record Ground(string? BranchTip, string? BaseCommit, string? BaseTip, string? PersonsCommit = null);

    public async Task<PushRefusal?> RefuseAsync(string commit, Ground ground, CancellationToken cancellationToken)
    {
        if (!await _graph.IsCommitAsync(commit, cancellationToken).ConfigureAwait(false))
            return new PushRefusal("the branch must point at a commit.");
        if (ground.BranchTip is { } tip && !await _graph.IsAncestorAsync(tip, commit, cancellationToken).ConfigureAwait(false))
            return new PushRefusal("not a fast-forward: the branch on the code host has commits that yours does not. Fetch and merge or rebase onto it; it is never overwritten.");
        if (ground.BaseCommit is { } start && !await _graph.IsAncestorAsync(start, commit, cancellationToken).ConfigureAwait(false))
            return new PushRefusal($"the commit does not descend from the base commit {start[..12]}. Put your work on top of it.");
        if (await _graph.CountAsync(commit, [ground.BranchTip, ground.BaseCommit, ground.BaseTip], options.MaxPushCommits, cancellationToken).ConfigureAwait(false) > options.MaxPushCommits)
            return new PushRefusal(string.Create(CultureInfo.InvariantCulture, $"more than {options.MaxPushCommits} new commits in one push."));

        ground = ground with { BaseTip = ground.BaseTip ?? ground.BaseCommit };
        IReadOnlyList<string> bases = ground.BaseTip is null ? [] : await _graph.MergeBasesAsync(ground.BaseTip, commit, cancellationToken).ConfigureAwait(false);
        if (bases.Count == 0 && ground.BaseTip is not null)
            return new PushRefusal("the commit shares no history with the base branch.");
        var tooLarge = await new UntrustedPack(git, options.Unpack)
            .RefuseTreeAsync(quarantine, bases.Count > 0 ? bases[0] : ObjectId.EmptyTree, commit, cancellationToken).ConfigureAwait(false);
        return tooLarge is not null
            ? new PushRefusal(tooLarge)
            : await new ProtectedPathPolicy(_graph, ground).RefuseAsync(commit, bases, cancellationToken).ConfigureAwait(false);
    }
}
