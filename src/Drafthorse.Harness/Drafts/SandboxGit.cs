using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Tools.Screens;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Drafts;

/// <summary>Commands that code itself runs in a sandbox. All git runs there, never in the host on files that a sandbox owns.</summary>
internal sealed class SandboxGit(SandboxClient sandbox, RunContext run, string directory)
{
    private const int DefaultOutputLimit = 64 * 1024;

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    /// <summary>None of the repository's hooks or helpers run in code's own commands.</summary>
    private const string Plain = "git --no-replace-objects -c core.hooksPath=/dev/null -c core.fsmonitor=false -c commit.gpgSign=false -c i18n.commitEncoding=UTF-8 -c protocol.ext.allow=never";

    /// <summary>Runs a command line in the checkout as it is.</summary>
    public Task<ExecResult> TryAsync(string script, CancellationToken cancellationToken, string? input = null, string? workingDirectory = null, TimeSpan? timeout = null, bool apart = false, int outputLimit = DefaultOutputLimit)
    {
        var request = new ExecRequest
        {
            CallId = CodeCommands.NewCallId(run.Lease.Token),
            Command = script,
            WorkingDirectory = workingDirectory ?? directory,
            StandardInput = input,
            MergeError = !apart,
            OutputLimit = apart ? ExecRequest.MaxOutputLimit : outputLimit,
            Timeout = timeout ?? DefaultTimeout,
        };
        return CodeCommands.RunAsync(sandbox, request, cancellationToken);
    }

    /// <summary>Runs a script of our own, in which <c>$git</c> is git without hooks.</summary>
    public Task<ExecResult> TryGitAsync(string script, CancellationToken cancellationToken, string? input = null, string? workingDirectory = null, bool apart = false) =>
        TryAsync(script.Replace("$git", Plain, StringComparison.Ordinal), cancellationToken, input, workingDirectory, apart: apart);

    /// <summary>Runs a script that must end with 0, and returns its output; without what went to standard error, and 1 MiB of it at most,
    /// when that is kept <paramref name="apart"/>. Throws <see cref="SandboxException"/>.</summary>
    public async Task<string> RunAsync(
        string what, string script, CancellationToken cancellationToken, string? input = null, string? workingDirectory = null, bool apart = false)
    {
        var result = await TryGitAsync(script, cancellationToken, input, workingDirectory, apart).ConfigureAwait(false);
        if (result.ExitCode == 127 && (result.Output + result.ErrorOutput).Contains("git", StringComparison.Ordinal))
            throw new SandboxException("The sandbox has no git, which work on a repository needs: use an image that has it (docs/images.md).");
        return result.ExitCode == 0
            ? result.Output.Trim()
            : throw new SandboxException($"{what} failed in the sandbox ({Describe(result)}): {Tail(result.Output + result.ErrorOutput, 1000)}{result.Failure}");
    }

    /// <summary>A word for the shell, whatever is in it.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>How a command ended, in words.</summary>
    public static string Describe(ExecResult result) => result.End switch
    {
        ExecEnd.Exited => $"exit code {result.ExitCode}",
        ExecEnd.TimedOut => $"stopped after {result.Duration.TotalSeconds:0} s",
        _ => result.End.ToString(),
    };

    /// <summary>The end of a text.</summary>
    public static string Tail(string text, int length) => ScreenText.Tail(text, length);
}
