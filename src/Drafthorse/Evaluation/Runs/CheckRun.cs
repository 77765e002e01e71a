using Drafthorse.Evaluation.Repositories;
using Drafthorse.Evaluation.Results;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Folders.Copies;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Evaluation.Runs;

/// <summary>
/// Runs a task's check in a sandbox of its own, which the agent was never in and which has no way out, on a clean checkout of the agent's
/// commit.
/// </summary>
/// <param name="pool">Where the sandbox comes from.</param>
/// <param name="place">Where the checkout is to be in it.</param>
internal sealed class CheckRun(SandboxPool pool, string place)
{
    private const int MaxOutput = 4_000;
    private const int MaxLine = 200;

    /// <summary>The check's files are put together in the host; the checkout takes each byte as it is, whatever the agent's attributes say.</summary>
    private const string Checkout =
        """
        set -e
        git init -q --template= "$place"
        mkdir -p "$place/.git/info"
        echo '* -text -ident -filter -working-tree-encoding' > "$place/.git/info/attributes"
        git -C "$place" -c core.hooksPath=/dev/null fetch -q --no-tags "$place.bundle" '+refs/check/*:refs/heads/*'
        git -C "$place" -c core.hooksPath=/dev/null checkout -q "$checked"
        rm -f "$place.bundle"
        """;

    /// <summary>Runs it and says in the result how it ended. Throws <see cref="SandboxException"/>.</summary>
    public async Task RunAsync(EvalTask task, string bundle, RepetitionResult result, CancellationToken cancellationToken)
    {
        var request = new SandboxRequest { ThreadId = ThreadId.FromKey($"eval-check:{Guid.NewGuid():N}"), Token = 1 };
        await using var session = await pool.AcquireAsync(request, cancellationToken);
        var client = await session.GetClientAsync(cancellationToken);
        var shell = new SandboxShell(client);
        var variables = new Dictionary<string, string> { ["place"] = place, ["checked"] = CheckedTree.Checked };
        await shell.RunAsync("the folder of the check", "mkdir -p \"$(dirname \"$place\")\"", cancellationToken, variables: variables);
        await shell.SendAsync(bundle, $"{place}.bundle", cancellationToken);
        await shell.RunAsync("the checkout for the check", Checkout, cancellationToken, variables: variables);

        // The lines are an argument of the shell, so that what they start finds no file of theirs to change.
        var ended = await client.Commands.ExecAsync(
            new ExecRequest
            {
                CallId = "eval-check",
                Command = task.Check.Script,
                WorkingDirectory = place,
                Environment = new Dictionary<string, string> { ["BASE"] = CheckedTree.Base, ["WORK"] = CheckedTree.Work },
                Timeout = task.Limits.CheckTime,
            },
            null,
            cancellationToken);
        if (ended.End is not (ExecEnd.Exited or ExecEnd.TimedOut))
            throw new SandboxException($"the check was not run to its end: {SandboxGit.Describe(ended)} {ended.Failure}");
        result.CheckSeconds = ended.Duration.TotalSeconds;
        result.CheckExitCode = ended.ExitCode;
        result.CheckOutput = SandboxGit.Tail(ended.Output, MaxOutput);
        result.Outcome = ended.ExitCode == 0 ? RepetitionOutcome.Solved : RepetitionOutcome.Failed;
        if (ended.ExitCode != 0)
            result.Reason = ended.End == ExecEnd.TimedOut ? $"the check did not end within {task.Limits.CheckTime.TotalSeconds:0} s and was stopped" : $"the check failed ({LastWords(result)})";
    }

    private static string LastWords(RepetitionResult result)
    {
        var line = result.CheckOutput.Split('\n')[^1];
        return line.Length is > 0 and <= MaxLine ? $"exit code {result.CheckExitCode}: {line}" : $"exit code {result.CheckExitCode}";
    }
}
