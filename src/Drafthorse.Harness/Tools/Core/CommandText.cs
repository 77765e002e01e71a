using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Tools.Core;

/// <summary>What the model reads of commands.</summary>
internal static partial class CommandText
{
    public static ToolOutput Of(ExecResult result, TimeSpan timeout)
    {
        if (result.End == ExecEnd.FailedToStart)
        {
            return ToolOutput.Error($"The command did not start: {result.Failure}");
        }

        var text = new StringBuilder(Clean(result.Output));
        if (result.ErrorOutput.Length > 0)
        {
            EndLine(text).Append("[error output]\n").Append(Clean(result.ErrorOutput));
        }

        var seconds = result.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        EndLine(text).Append(result.End switch
        {
            ExecEnd.TimedOut => $"[killed after its timeout of {timeout.TotalSeconds:0} s; give a longer timeout_seconds, or run it in the background]",
            ExecEnd.Cancelled => $"[cancelled after {seconds} s]",
            ExecEnd.Killed => $"[killed after {seconds} s]",
            _ => $"[exit code {result.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, {seconds} s]",
        });
        return ToolOutput.Text(text.ToString()) with { IsError = result.End != ExecEnd.Exited };
    }

    public static ToolOutput Of(CommandTail tail)
    {
        var text = new StringBuilder(Clean(tail.Text));
        EndLine(text).Append(CultureInfo.InvariantCulture, $"[bytes {tail.Offset} to {tail.NextOffset} of {tail.Info.TotalBytes}; next offset {tail.NextOffset}]\n").Append(Describe(tail.Info));
        return ToolOutput.Text(text.ToString());
    }

    public static ToolOutput Started(CommandInfo info) => info.End == ExecEnd.FailedToStart
        ? ToolOutput.Error($"The command did not start: {info.Failure}")
        : ToolOutput.Text($"Started in the background with id {info.CallId}.{(info.OutputPath is null ? "" : $" Its output goes to {info.OutputPath}.")} See execute_output.");

    public static string Describe(CommandInfo info)
    {
        var seconds = info.Duration.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        var state = info.End switch
        {
            null => $"running for {seconds} s",
            ExecEnd.Exited => $"ended with exit code {info.ExitCode} after {seconds} s",
            ExecEnd.TimedOut => $"killed after its timeout of {seconds} s",
            ExecEnd.FailedToStart => $"did not start: {info.Failure}",
            _ => $"killed after {seconds} s",
        };
        return $"{info.CallId}: {state}; {info.Command.ReplaceLineEndings(" ")}";
    }

    /// <summary>Output as a terminal would leave it on its screen: without colours, and of lines that were written over the last state.</summary>
    private static string Clean(string output)
    {
        var text = output.Contains('\x1b') ? Escapes().Replace(output, "") : output;
        if (text.Contains('\r'))
        {
            text = Overwritten().Replace(text.Replace("\r\n", "\n", StringComparison.Ordinal), "");
        }

        return text.Replace("\0", "", StringComparison.Ordinal);
    }

    private static StringBuilder EndLine(StringBuilder text) => text.Length == 0 || text[^1] == '\n' ? text : text.Append('\n');

    [GeneratedRegex("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\\\)|[@-Z\\\\^_])")]
    private static partial Regex Escapes();

    [GeneratedRegex("[^\n\r]*\r(?=[^\n])")]
    private static partial Regex Overwritten();
}
