using System.Globalization;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>The checkout's commits, as code makes and pushes them.</summary>
internal sealed class WorkTree(SandboxGit git, RepositoryWork work)
{
    private const int LinesOfOther = 20;

    /// <summary>What was told to the model of this thread once: by its words, one a line. The model can write it, and then is told less.</summary>
    private const string Told = ".git/drafthorse-told";

    /// <summary>
    /// Commits what is not committed, after removing locks that a killed git has left, and returns the commit at the tip (null in a
    /// repository that has none) and the repositories within that were taken out. New files below <paramref name="without"/> stay out.
    /// </summary>
    public async Task<(string? Commit, IReadOnlyList<string> Gitlinks)> CommitAllAsync(string message, IReadOnlyList<string> without, CancellationToken cancellationToken)
    {
        await git.RunAsync(
            "git add",
            """
            set -e
            locks() { find .git -maxdepth 1 -name '*.lock'; find .git/refs -name '*.lock'; }
            tries=0
            while [ -n "$(locks)" ] && [ $tries -lt 5 ]; do sleep 1; tries=$((tries + 1)); done
            locks | while IFS= read -r lock; do rm -f "$lock"; done
            $git add -u
            $git add -A --pathspec-from-file=- --pathspec-file-nul
            """,
            cancellationToken,
            input: string.Concat(without.Select(path => $":(exclude,top,literal){path}\0").Prepend(":(top)\0"))).ConfigureAwait(false);
        // A gitlink whose commit nobody can fetch is a folder lost: only those of the base, and those that .gitmodules says where to get, stay.
        var output = await git.RunAsync(
            "git commit",
            $"""
            set -e
            $git -c core.quotePath=false ls-files -s | awk '/^160000 /' | cut -f 2- | while IFS= read -r path; do
              if [ "$($git ls-tree {work.BaseCommit ?? GitGateway.Git.ObjectId.EmptyTree} -- "$path" | cut -c 1-6)" = 160000 ]; then continue; fi
              if [ -f .gitmodules ] && $git config --file .gitmodules --get-regexp '^submodule\..*\.path$' | cut -d ' ' -f 2- | grep -qxF -e "$path"; then continue; fi
              $git rm -q --cached -- "$path"
              echo "gitlink $path"
            done
            if ! $git diff --cached --quiet || [ -e .git/MERGE_HEAD ]; then $git commit -q --no-verify -F - >&2; fi
            $git rev-parse -q --verify HEAD || echo none
            """,
            cancellationToken,
            input: message,
            apart: true).ConfigureAwait(false);
        var lines = output.Split('\n');
        var commit = lines[^1].Trim();
        return (commit == "none" ? null : commit, [.. lines.Where(line => line.StartsWith("gitlink ", StringComparison.Ordinal)).Select(line => line["gitlink ".Length..])]);
    }

    /// <summary>Moves the branch to a commit that is ahead of it. Returns whether it did.</summary>
    public async Task<bool> TryForwardAsync(string commit, CancellationToken cancellationToken) =>
        (await git.TryGitAsync($"$git merge -q --ff-only {commit}", cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>Of some lines those that were not told before; from now on they are.</summary>
    public async Task<IReadOnlyList<string>> TellOnceAsync(IReadOnlyList<string> lines, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
            return [];
        var output = await git.RunAsync(
            "remembering what was told",
            $"touch {Told}; cat > {Told}.new; grep -vxF -f {Told} {Told}.new > {Told}.fresh || :; cat {Told}.fresh >> {Told}; cat {Told}.fresh; rm -f {Told}.new {Told}.fresh",
            cancellationToken,
            input: string.Concat(lines.Select(line => line.ReplaceLineEndings(" ") + "\n")),
            apart: true).ConfigureAwait(false);
        var fresh = output.Split('\n').ToHashSet(StringComparer.Ordinal);
        return [.. lines.Where(line => fresh.Contains(line.ReplaceLineEndings(" ").Trim()))];
    }

    /// <summary>Whether a commit's files differ from the base.</summary>
    public async Task<bool> DiffersFromBaseAsync(string commit, CancellationToken cancellationToken)
    {
        if (work.BaseCommit is null)
            return true;
        var result = await git.TryGitAsync($"$git diff --quiet {work.BaseCommit} {commit}", cancellationToken).ConfigureAwait(false);
        return result.ExitCode != 0;
    }

    /// <summary>Paths that differ between a commit and what people have of it, or its base.</summary>
    public async Task<IReadOnlyList<string>> ChangedPathsAsync(string from, string commit, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "naming changed files",
            $"""
            from={from}
            $git cat-file -e "$from^{"{"}tree{"}"}" 2>/dev/null || from={work.BaseCommit ?? GitGateway.Git.ObjectId.EmptyTree}
            $git diff --name-only -z --no-renames --no-ext-diff $from {commit}
            """,
            cancellationToken,
            apart: true).ConfigureAwait(false);
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Lines that a commit adds to another and removes from it; a file that is no text counts as 20.</summary>
    public async Task<long> CountLinesAsync(string from, string commit, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(
            "counting changed lines",
            $"""
            from={from}
            $git cat-file -e "$from^{"{"}tree{"}"}" 2>/dev/null || from={work.BaseCommit ?? GitGateway.Git.ObjectId.EmptyTree}
            $git diff --numstat --no-ext-diff --no-textconv $from {commit}
            """,
            cancellationToken,
            apart: true).ConfigureAwait(false);
        var lines = 0L;
        foreach (var file in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var counts = file.Split('\t');
            lines += counts.Length == 3 && int.TryParse(counts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var added)
                && int.TryParse(counts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var removed)
                ? (long)added + removed
                : LinesOfOther;
        }

        return lines;
    }

    /// <summary>Pushes a commit to the thread's branch through the gateway.</summary>
    public Task<ExecResult> PushAsync(string commit, CancellationToken cancellationToken) => git.TryGitAsync(
        $"$git push --porcelain {SandboxGit.Quote(GitGateway.GitSandboxEnvironment.RemoteUrl(work.Repository))} {commit}:refs/heads/{SandboxGit.Quote(work.Branch)} 2>&1",
        cancellationToken);
}
