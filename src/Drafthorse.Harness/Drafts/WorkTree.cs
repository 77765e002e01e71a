using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Drafts;

/// <summary>The checkout's commits, as code makes and pushes them.</summary>
internal sealed class WorkTree(SandboxGit git, RepositoryWork work)
{
    /// <summary>Commits what is not committed, after removing locks that a killed git has left, and returns the commit at the tip; null in a repository that has none.</summary>
    public async Task<string?> CommitAllAsync(string message, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "git commit",
            """
            set -e
            locks() { find .git -maxdepth 1 -name '*.lock'; find .git/refs -name '*.lock'; }
            tries=0
            while [ -n "$(locks)" ] && [ $tries -lt 5 ]; do sleep 1; tries=$((tries + 1)); done
            locks | while IFS= read -r lock; do rm -f "$lock"; done
            $git add -A
            if ! $git diff --cached --quiet; then $git commit -q --no-verify -F -; fi
            $git rev-parse -q --verify HEAD || echo none
            """,
            cancellationToken,
            input: message).ConfigureAwait(false);
        var commit = output.Split('\n')[^1].Trim();
        return commit == "none" ? null : commit;
    }

    /// <summary>
    /// Gives every commit that is not on the code host yet the trailer that credits who asked, whoever made it, and returns the new
    /// tip. Files, authors, dates and merges stay as they are, and what is pushed already cannot be changed any more.
    /// </summary>
    public async Task<string> CreditAsync(string tip, string trailer, string? pushed, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "crediting the commits",
            $$"""
            set -e
            trailer={{SandboxGit.Quote(trailer)}}
            known=
            for id in {{work.BaseCommit}} {{pushed}}; do if $git cat-file -e "$id^{commit}" 2>/dev/null; then known="$known $id"; fi; done
            map=
            now() { for pair in $map; do case $pair in "$1":*) echo "${pair#*:}"; return ;; esac; done; echo "$1"; }
            for id in $($git rev-list --reverse --topo-order {{tip}} --not --remotes $known); do
              parents= moved=
              for parent in $($git log -1 --format=%P $id); do
                new=$(now $parent)
                [ $new = $parent ] || moved=yes
                parents="$parents -p $new"
              done
              if [ -z "$moved" ] && $git log -1 --format=%B $id | grep -qiF "$trailer"; then continue; fi
              export GIT_AUTHOR_NAME="$($git log -1 --format=%an $id)" GIT_AUTHOR_EMAIL="$($git log -1 --format=%ae $id)" GIT_AUTHOR_DATE="$($git log -1 --format=%ad --date=raw $id)"
              export GIT_COMMITTER_NAME="$($git log -1 --format=%cn $id)" GIT_COMMITTER_EMAIL="$($git log -1 --format=%ce $id)" GIT_COMMITTER_DATE="$($git log -1 --format=%cd --date=raw $id)"
              newest=$($git log -1 --format=%B $id | $git interpret-trailers --no-divider --if-exists addIfDifferent --trailer "$trailer" | $git commit-tree $parents "$id^{tree}")
              map="$map $id:$newest"
            done
            tip=$(now {{tip}})
            [ $tip = {{tip}} ] || $git update-ref -m "credit who asked" HEAD $tip {{tip}}
            echo $tip
            """,
            cancellationToken).ConfigureAwait(false);
        return output.Split('\n')[^1].Trim();
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
