using System.Text.Json;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Tools.Failures;

/// <summary>The class of an error, and its name in metrics and events.</summary>
internal static class ToolErrorClasses
{
    /// <summary>The name of why a call failed; null when it did not.</summary>
    public static string? NameOf(ToolOutput output) => output.IsError ? NameOf(output.ErrorClass) : null;

    private static string NameOf(ToolErrorClass errorClass) => errorClass switch
    {
        ToolErrorClass.InvalidArguments => "invalid_arguments",
        ToolErrorClass.UnknownTool => "unknown_tool",
        ToolErrorClass.NotFound => "not_found",
        ToolErrorClass.NoMatch => "no_match",
        ToolErrorClass.SeveralMatches => "several_matches",
        ToolErrorClass.StaleFile => "stale_file",
        ToolErrorClass.TimedOut => "timeout",
        ToolErrorClass.OutOfMemory => "out_of_memory",
        ToolErrorClass.OutOfProcesses => "out_of_processes",
        ToolErrorClass.DiskFull => "disk_full",
        ToolErrorClass.Permission => "permission",
        ToolErrorClass.Provider => "provider",
        _ => "other",
    };

    /// <summary>The class of a refused file operation.</summary>
    public static ToolErrorClass Of(FileErrorKind kind) => kind switch
    {
        FileErrorKind.Invalid => ToolErrorClass.InvalidArguments,
        FileErrorKind.NotFound => ToolErrorClass.NotFound,
        FileErrorKind.Outside or FileErrorKind.Denied => ToolErrorClass.Permission,
        FileErrorKind.NoMatch => ToolErrorClass.NoMatch,
        FileErrorKind.SeveralMatches => ToolErrorClass.SeveralMatches,
        FileErrorKind.Stale => ToolErrorClass.StaleFile,
        _ => ToolErrorClass.Other,
    };

    /// <summary>The class of what a tool's function threw: functions made by <c>AIFunctionFactory</c> refuse arguments by these types.</summary>
    public static ToolErrorClass Of(Exception exception) => exception switch
    {
        ArgumentException or JsonException => ToolErrorClass.InvalidArguments,
        TimeoutException or OperationCanceledException => ToolErrorClass.TimedOut,
        UnauthorizedAccessException => ToolErrorClass.Permission,
        HttpRequestException => ToolErrorClass.Provider,
        _ => ToolErrorClass.Other,
    };

    /// <summary>Whether the model itself can make it right by another call.</summary>
    public static bool IsOfTheModel(ToolErrorClass errorClass) =>
        errorClass is ToolErrorClass.InvalidArguments or ToolErrorClass.UnknownTool or ToolErrorClass.NoMatch or ToolErrorClass.SeveralMatches;
}
