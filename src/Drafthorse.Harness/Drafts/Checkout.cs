using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Middleware;
using Drafthorse.Sandbox;

namespace Drafthorse.Harness.Drafts;

/// <summary>Puts the repository into a sandbox, on the thread's branch.</summary>
internal static class Checkout
{
    private const string New = "new";

    /// <summary>That setup was run to its end, by a file in the checkout: a host may die in its middle.</summary>
    private const string SetUpMark = "drafthorse-set-up";

    /// <summary>Clones when there is no checkout yet. Work that was pushed before is gone on from.</summary>
    public static async Task EnsureAsync(SandboxClient sandbox, RunContext run, RepositoryWork work, TimeSpan setupTimeout, CancellationToken cancellationToken)
    {
        var git = new SandboxGit(sandbox, run, "/");
        var (target, url, branch) = (SandboxGit.Quote(work.Checkout), SandboxGit.Quote(GitSandboxEnvironment.RemoteUrl(work.Repository)), SandboxGit.Quote(work.Branch));
        var start = work.BaseCommit is { } commit
            ? $"$git -C {target}.part checkout -q -B {branch} {commit}"
            : $"$git -C {target}.part checkout -q --orphan {branch}";

        var fetch = work.BaseRef is { } reference ? $"$git -C {target}.part fetch -q --no-tags {url} {reference}" : ":";

        // Cloned beside and moved, so that a checkout that is there is a whole one.
        var created = await git.RunAsync(
            "git clone",
            $"""
            if [ -d {target}/.git ]
            then [ -e {target}/.git/{SetUpMark} ] || echo {New}; exit 0
            fi
            set -e
            rm -rf {target}.part; mkdir -p "$(dirname {target})"
            $git clone -q --no-tags {url} {target}.part
            {fetch}
            if $git -C {target}.part rev-parse -q --verify refs/remotes/origin/{branch} >/dev/null
            then $git -C {target}.part checkout -q -B {branch} refs/remotes/origin/{branch}
            else {start}
            fi
            rm -rf {target}; mv {target}.part {target}
            echo {New}
            """,
            cancellationToken).ConfigureAwait(false);
        if (created.EndsWith(New, StringComparison.Ordinal) && work.Settings.Setup.Count > 0)
        {
            await SetUpAsync(git, run, work, setupTimeout, cancellationToken).ConfigureAwait(false);
            await git.RunAsync("setup", $"touch {target}/.git/{SetUpMark}", cancellationToken).ConfigureAwait(false);
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
