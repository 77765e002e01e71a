using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Tools.Failures;
using Drafthorse.Harness.Tools.Screens;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.TestReports;

/// <summary>What is kept of a verify command.</summary>
internal static class VerifyOutcome
{
    /// <summary>Bytes of output that are looked through, at most.</summary>
    public const int OutputLimit = ExecRequest.MaxOutputLimit;

    private const int TailLength = 4000;

    /// <summary>The end of its output, and the part on the first failing test when it failed.</summary>
    public static VerifyResult Of(string command, ExecResult result)
    {
        var output = ScreenText.Of(result.Output);
        return new VerifyResult
        {
            Command = command,
            ExitCode = result.ExitCode,
            OutputTail = ScreenText.Tail(output, TailLength),
            Excerpt = result.ExitCode == 0 ? null : FailureExcerpt.Of(output),
            Shortage = result.Shortage is { } shortage ? ShortageText.Of(shortage) : null,
            DurationMs = result.Duration.TotalMilliseconds,
        };
    }
}
