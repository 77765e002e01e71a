using System.Text.Json;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Context;

/// <summary>What the core tools' calls act on, by the arguments that models give them.</summary>
internal static partial class CallArguments
{
    /// <summary>The command line, or null when the call runs none.</summary>
    public static string? Command(ToolStarted call) => call.Tool == "execute" ? Text(call.Arguments, "command", "cmd") ?? "" : null;

    /// <summary>The files that the call changes.</summary>
    public static IEnumerable<string> Paths(ToolStarted call) => call.Tool switch
    {
        "write_file" or "edit_file" or "delete_file" => Text(call.Arguments, "path", "file_path", "filename", "file") is { } path ? [path] : [],
        "apply_patch" => Text(call.Arguments, "patch", "input") is { } patch ? PatchedFile().Matches(patch).Select(match => match.Groups[1].Value.Trim()) : [],
        _ => [],
    };

    private static string? Text(string arguments, params ReadOnlySpan<string> names)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonText.WellFormed(arguments));
            foreach (var name in names)
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                    return value.GetString();
            }
        }
        catch (JsonException)
        {
            // The tool has told the model.
        }

        return null;
    }

    [GeneratedRegex(@"^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$", RegexOptions.Multiline)]
    private static partial Regex PatchedFile();
}
