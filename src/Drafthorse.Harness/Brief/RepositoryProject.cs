using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.GitGateway.Mirrors;

namespace Drafthorse.Harness.Brief;

/// <summary>The repository of a run as a project: the commit that its work starts from, in the host's mirror.</summary>
internal static class RepositoryProject
{
    private const string Strangers = "The files are those of a pull request that nobody has accepted; only the base branch's settings count.";

    /// <summary>The project, or null for a run without a repository.</summary>
    /// <param name="run">The run.</param>
    /// <param name="mirrors">The mirrors.</param>
    /// <param name="network">Where sandboxes of this repository get to in the network, in words.</param>
    public static ProjectPlace? Of(RunContext run, RepositoryMirrors mirrors, string network) => run.Get<RepositoryWork>() is not { } work ? null : new ProjectPlace
    {
        OpenAsync = cancellationToken => OpenAsync(work, mirrors, cancellationToken),
        Note = work.BaseCommit == work.TrustedCommit ? "" : Strangers,
        Settings = work.Settings,
        Network = network,
    };

    private static async Task<ProjectFiles> OpenAsync(RepositoryWork work, RepositoryMirrors mirrors, CancellationToken cancellationToken)
    {
        List<string> about = [$"repository: {work.Repository.FullName}", $"branch: {work.Branch}, to be merged into {work.BaseBranch}"];
        if (work.BaseCommit is not { } commit)
            return new ProjectFiles(null, [.. about, "no commits"]);
        var mirror = mirrors.Get(work.Repository);
        await mirror.RequireCommitAsync(commit, cancellationToken).ConfigureAwait(false);
        return new ProjectFiles(new GitTree(mirrors.Git, mirror.Directory, commit), [.. about, $"commit: {commit[..12]}"]);
    }
}
