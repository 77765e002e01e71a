using Drafthorse.Harness.Threads.Journal;

namespace Drafthorse.Harness.Drafts;

/// <summary>Runs the repository's verify commands on a clean checkout of one commit: exit codes, not the model's word.</summary>
internal sealed class Verification(SandboxGit git, RepositoryWork work)
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(30);
    private const int TailLength = 4000;

    /// <summary>The outcomes in order; commands after a failure do not run.</summary>
    public async Task<IReadOnlyList<VerifyResult>> RunAsync(string commit, CancellationToken cancellationToken)
    {
        var clean = $"{work.Checkout}.verify";
        var quoted = SandboxGit.Quote(clean);
        await git.RunAsync(
            "the clean checkout",
            $"set -e; rm -rf {quoted}; $git clone -q --no-hardlinks --no-checkout {SandboxGit.Quote(work.Checkout)} {quoted}; $git -C {quoted} checkout -q --detach {commit}",
            cancellationToken).ConfigureAwait(false);
        var results = new List<VerifyResult>();
        foreach (var command in work.Settings.Setup.Concat(work.Settings.Verify))
        {
            var result = await git.TryAsync(command, cancellationToken, workingDirectory: clean, timeout: CommandTimeout).ConfigureAwait(false);
            results.Add(new VerifyResult
            {
                Command = command,
                ExitCode = result.ExitCode,
                OutputTail = SandboxGit.Tail(result.Output, TailLength),
                DurationMs = result.Duration.TotalMilliseconds,
            });
            if (result.ExitCode != 0)
                break;
        }

        await git.TryAsync($"rm -rf {quoted}", cancellationToken).ConfigureAwait(false);
        return results;
    }
}
