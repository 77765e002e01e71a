using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox;

namespace Drafthorse.Harness.Drafts;

/// <summary>Puts the repository into a sandbox, on the thread's branch.</summary>
internal static class Checkout
{
    /// <summary>Tags that a checkout gets, at most: monorepos have hundreds of thousands.</summary>
    private const int MaxTags = 2000;

    /// <summary>That setup was run to its end, by a file in the checkout: a host may die in its middle.</summary>
    private const string SetUpMark = "drafthorse-set-up";

    /// <summary>
    /// The shell line that gives a repository attributes of its own, which come before those of its files: no filter driver of anybody's
    /// configuration runs, whether it is installed or not. What a filter would fetch stays the pointer that the repository has.
    /// </summary>
    public static string WithoutFilters(string quoted) => $"mkdir -p {quoted}/.git/info; echo '* -filter' >> {quoted}/.git/info/attributes";

    /// <summary>Clones when there is no checkout yet. Work that was pushed before is gone on from.</summary>
    public static async Task EnsureAsync(
        SandboxClient sandbox, RunContext run, RepositoryWork work, RepositoryMirrors mirrors, TimeSpan setupTimeout, CancellationToken cancellationToken)
    {
        var git = new SandboxGit(sandbox, run, "/");
        var (target, url) = (SandboxGit.Quote(work.Checkout), SandboxGit.Quote(GitSandboxEnvironment.RemoteUrl(work.Repository)));
        var there = await git.RunAsync(
            "looking for the checkout",
            $"""
            if [ -d {target}/.git ]
            then $git -C {target} remote set-url origin {url} 2>/dev/null; if [ -e {target}/.git/{SetUpMark} ]; then echo set-up; else echo there; fi
            fi
            """,
            cancellationToken).ConfigureAwait(false);
        if (there.Length == 0)
            await CloneAsync(git, run, work, mirrors, cancellationToken).ConfigureAwait(false);
        if (there != "set-up" && work.Settings.Setup.Count > 0)
        {
            await SetUpAsync(git, run, work, setupTimeout, cancellationToken).ConfigureAwait(false);
            await git.RunAsync("setup", $"touch {target}/.git/{SetUpMark}", cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CloneAsync(SandboxGit git, RunContext run, RepositoryWork work, RepositoryMirrors mirrors, CancellationToken cancellationToken)
    {
        var (target, url, branch) = (SandboxGit.Quote(work.Checkout), SandboxGit.Quote(GitSandboxEnvironment.RemoteUrl(work.Repository)), SandboxGit.Quote(work.Branch));
        var start = work.BaseCommit is { } commit
            ? $"$git -C {target}.part checkout -q -B {branch} {commit}"
            : $"$git -C {target}.part checkout -q --orphan {branch}";
        var fetch = work.BaseRef is { } reference ? $"$git -C {target}.part fetch -q --no-tags {url} {reference}" : ":";
        var tags = await TagsAsync(mirrors, work, cancellationToken).ConfigureAwait(false);

        // Cloned beside and moved, so that a checkout that is there is a whole one. A tag that went away meanwhile must not cost the clone.
        var filters = await git.RunAsync(
            "git clone",
            $"""
            set -e
            rm -rf {target}.part; mkdir -p "$(dirname {target})"
            $git clone -q --no-tags --no-checkout {url} {target}.part
            {WithoutFilters(target + ".part")}
            {(tags.Count == 0 ? ":" : $"$git -C {target}.part fetch -q --no-tags --stdin {url} >&2 || :")}
            {fetch}
            if $git -C {target}.part rev-parse -q --verify refs/remotes/origin/{branch} >/dev/null
            then $git -C {target}.part checkout -q -B {branch} refs/remotes/origin/{branch}
            else {start}
            fi
            rm -rf {target}; mv {target}.part {target}
            $git -C {target} grep -h -I -o -E -e 'filter=[A-Za-z0-9_.-]+' HEAD -- ':(glob)**/.gitattributes' 2>/dev/null | sort -u | head -n 5 || :
            """,
            cancellationToken,
            input: string.Concat(tags.Select(tag => $"{tag}:{tag}\n")),
            apart: true).ConfigureAwait(false);
        if (filters.Length > 0)
        {
            await run.TellModelAsync(
                "filters",
                """
                Some files of this repository are stored through a filter of git (such as LFS), by its .gitattributes. Filters do not run in this
                checkout: such files are the small pointer files that the repository holds, and they stay that way. Do not put content in their place.
                """,
                cancellationToken,
                SandboxGit.Tail(filters, 500)).ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<string>> TagsAsync(RepositoryMirrors mirrors, RepositoryWork work, CancellationToken cancellationToken)
    {
        try
        {
            return await mirrors.ListTagsAsync(work.Repository, work.BaseCommit, MaxTags, cancellationToken).ConfigureAwait(false);
        }
        catch (GitException exception)
        {
            throw new SandboxException($"The tags of {work.Repository.FullName} could not be read: {exception.Message}", innerException: exception);
        }
    }

    private static async Task SetUpAsync(SandboxGit git, RunContext run, RepositoryWork work, TimeSpan setupTimeout, CancellationToken cancellationToken)
    {
        foreach (var command in work.Settings.Setup)
        {
            var result = await git.TryAsync(command, cancellationToken, workingDirectory: work.Checkout, timeout: setupTimeout).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                await run.TellModelAsync(
                    "setup",
                    $"The setup command `{command}` of this repository failed ({SandboxGit.Describe(result)}). Its output follows.",
                    cancellationToken,
                    SandboxGit.Tail(result.Output, 2000)).ConfigureAwait(false);
                return;
            }
        }
    }
}
