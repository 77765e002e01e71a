using System.Globalization;
using System.Text;
using Drafthorse.Harness.Tools.Failures;
using Drafthorse.Harness.Tools.Screens;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness;

/// <summary>What the model reads of commands.</summary>
internal static class CommandText
{
    public static ToolOutput Of(ExecResult result, TimeSpan timeout, HeadRoomOptions headRoom)
    {
        if (result.End == ExecEnd.FailedToStart)
        {
            return ToolOutput.Error($"The command did not start: {result.Failure}");
        }

        var left = result.BytesLeftOut > 0 ? string.Create(CultureInfo.InvariantCulture, $"{result.BytesLeftOut} of {result.TotalBytes} bytes are left out where the text says so") : null;
        var text = new StringBuilder(left is null ? "" : $"[{left}]\n").Append(ScreenText.Of(result.Output));
        if (result.ErrorOutput.Length > 0)
        {
            EndLine(text).Append("[error output]\n").Append(ScreenText.Of(result.ErrorOutput));
        }

        var seconds = result.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var end = result.End switch
        {
            ExecEnd.TimedOut when headRoom.Enabled => $"killed after its timeout of {timeout.TotalSeconds:0} s; give a longer timeout_seconds, or run it in the background",
            ExecEnd.Cancelled => $"cancelled after {seconds} s",
            ExecEnd.Killed or ExecEnd.TimedOut => $"killed after {seconds} s",
            _ => $"exit code {result.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, {seconds} s",
        };
        EndLine(text).Append(CultureInfo.InvariantCulture, $"[{end}{(left is null ? "" : $"; {left}")}]");
        var shortage = headRoom.Enabled ? result.Shortage : null;
        if (shortage is not null)
            text.Append("\n[").Append(ShortageText.WithAdvice(shortage, headRoom)).Append(']');
        return ToolOutput.Text(text.ToString()) with
        {
            IsError = result.End != ExecEnd.Exited || shortage is not null,
            ErrorClass = shortage is not null ? ShortageText.ClassOf(shortage.Kind) : result.End == ExecEnd.TimedOut && headRoom.Enabled ? ToolErrorClass.TimedOut : ToolErrorClass.Other,
        };
    }

    public static ToolOutput Of(CommandTail tail)
    {
        var text = new StringBuilder(ScreenText.Of(tail.Text));
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
        var shortage = info.Shortage is { } missing ? $" ({ShortageText.Of(missing)})" : "";
        return $"{info.CallId}: {state}{shortage}; {info.Command.ReplaceLineEndings(" ")}";
    }

    private static StringBuilder EndLine(StringBuilder text) => text.Length == 0 || text[^1] == '\n' ? text : text.Append('\n');
}
