using Drafthorse.Harness.TestReports;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Drafts.Endings;

/// <summary>Runs the repository's verify commands on a clean checkout of one commit: exit codes, not the model's word.</summary>
internal sealed class Verification(SandboxGit git, RepositoryWork work, TimeSpan commandTimeout)
{
    /// <summary>The outcomes in order; commands after a failure do not run.</summary>
    public async Task<IReadOnlyList<VerifyResult>> RunAsync(string commit, CancellationToken cancellationToken)
    {
        var clean = $"{work.Checkout}.verify";
        var quoted = SandboxGit.Quote(clean);
        // What an earlier check left may have been made unwritable.
        var remove = $"chmod -R u+rwX {quoted} 2>/dev/null; rm -rf {quoted}";
        var made = await git.TryGitAsync(
            $"{remove}; set -e; $git clone -q --no-hardlinks --no-checkout {SandboxGit.Quote(work.Checkout)} {quoted}; {Checkout.WithoutFilters(quoted)}; $git -C {quoted} checkout -q --detach {commit}",
            cancellationToken).ConfigureAwait(false);
        if (made.ExitCode != 0)
            return [VerifyOutcome.Of("git clone (the clean checkout)", made)];
        var results = new List<VerifyResult>();
        foreach (var command in work.Settings.Setup.Concat(work.Settings.Verify))
        {
            var result = await git.TryAsync(command, cancellationToken, workingDirectory: clean, timeout: commandTimeout, outputLimit: VerifyOutcome.OutputLimit).ConfigureAwait(false);
            results.Add(VerifyOutcome.Of(command, result));
            if (result.ExitCode != 0)
                break;
        }

        await git.TryAsync(remove, cancellationToken).ConfigureAwait(false);
        return results;
    }
}
