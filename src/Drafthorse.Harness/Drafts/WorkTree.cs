using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Drafts;

/// <summary>The checkout's commits, as code makes and pushes them.</summary>
internal sealed class WorkTree(SandboxGit git, RepositoryWork work)
{
    /// <summary>Commits what is not committed, and returns the commit at the tip; null in a repository that has none.</summary>
    public async Task<string?> CommitAllAsync(string message, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "git commit",
            """
            set -e
            $git add -A
            if ! $git diff --cached --quiet; then $git commit -q --no-verify -F -; fi
            $git rev-parse -q --verify HEAD || echo none
            """,
            cancellationToken,
            input: message).ConfigureAwait(false);
        var commit = output.Split('\n')[^1].Trim();
        return commit == "none" ? null : commit;
    }

    /// <summary>Whether a commit's files differ from the base.</summary>
    public async Task<bool> DiffersFromBaseAsync(string commit, CancellationToken cancellationToken)
    {
        if (work.BaseCommit is null)
            return true;
        var result = await git.TryGitAsync($"$git diff --quiet {work.BaseCommit} {commit}", cancellationToken).ConfigureAwait(false);
        return result.ExitCode != 0;
    }

    /// <summary>Pushes a commit to the thread's branch through the gateway.</summary>
    public Task<ExecResult> PushAsync(string commit, CancellationToken cancellationToken) => git.TryGitAsync(
        $"$git push --porcelain {SandboxGit.Quote(GitGateway.GitSandboxEnvironment.RemoteUrl(work.Repository))} {commit}:refs/heads/{SandboxGit.Quote(work.Branch)} 2>&1",
        cancellationToken);
}
