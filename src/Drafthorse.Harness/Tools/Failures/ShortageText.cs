using System.Globalization;
using Drafthorse.Harness.Sandboxes.Limits;
using Drafthorse.Harness.Text;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Tools.Failures;

/// <summary>What is said of a command for which the sandbox was too small. The sandbox's own words are anybody's.</summary>
internal static class ShortageText
{
    private const int MaxPlace = 200;

    /// <summary>What ran out.</summary>
    public static string Of(ExecShortage shortage) => shortage.Kind switch
    {
        ExecShortageKind.Memory => $"out of memory: {All(shortage, ByteSize.Format)}the kernel killed a process of this command",
        ExecShortageKind.Processes => $"out of processes: {All(shortage, count => string.Create(CultureInfo.InvariantCulture, $"{count} processes and threads"))}the kernel refused to start more",
        _ => $"disk full: {Place(shortage)} has no space left{(shortage.Limit > 0 ? $" of {ByteSize.Format(shortage.Limit)}" : "")}",
    };

    /// <summary>What ran out, what to do about it, and how people raise the limit.</summary>
    public static string WithAdvice(ExecShortage shortage, HeadRoomOptions options)
    {
        var advice = shortage.Kind switch
        {
            ExecShortageKind.Memory => "Run less at a time, such as fewer parallel jobs or one test project after the other",
            ExecShortageKind.Processes => "End what you started and do not need, or run fewer jobs at a time",
            _ => "Remove what you made and do not need, or write to another place",
        };
        var raise = options.HowToRaise(shortage.Kind) is { } how ? $". If it cannot do with less, tell the people: it is raised by {how}" : "";
        return $"{Of(shortage)}. This says nothing of the code. {advice}{raise}";
    }

    /// <summary>How it is counted.</summary>
    public static ToolErrorClass ClassOf(ExecShortageKind kind) => kind switch
    {
        ExecShortageKind.Memory => ToolErrorClass.OutOfMemory,
        ExecShortageKind.Processes => ToolErrorClass.OutOfProcesses,
        _ => ToolErrorClass.DiskFull,
    };

    private static string All(ExecShortage shortage, Func<long, string> format) => shortage.Limit > 0 ? $"the sandbox has {format(shortage.Limit)} in all, and " : "";

    private static string Place(ExecShortage shortage)
    {
        var place = shortage.Place ?? "the disk";
        return ForeignText.Line(place.Length > MaxPlace ? place[..MaxPlace] : place);
    }
}
