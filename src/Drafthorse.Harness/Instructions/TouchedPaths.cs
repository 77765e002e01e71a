using System.Text.Json;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Context;

namespace Drafthorse.Harness.Instructions;

/// <summary>The paths that a call of any tool is about, by the names that arguments for paths have.</summary>
internal static partial class TouchedPaths
{
    private const int MostPaths = 40;
    private const int MostLength = 2_000;

    private static readonly string[] Names = ["path", "file_path", "filename", "file", "directory", "folder", "working_directory", "cwd", "workdir"];

    /// <summary>The paths in the repository.</summary>
    /// <param name="arguments">The call's arguments.</param>
    /// <param name="root">Where the repository's top is for the tools.</param>
    /// <param name="workingDirectory">Where relative paths begin; null = at the top.</param>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, object?> arguments, string root, string? workingDirectory)
    {
        var begin = workingDirectory;
        var paths = new List<string>();
        foreach (var name in Names)
        {
            if (Text(arguments, name) is not { Length: > 0 } path)
                continue;
            paths.Add(path);
            if (name is "working_directory" or "cwd" or "workdir")
                begin = Path.Combine(workingDirectory ?? root, path);
        }

        var found = paths.Select(path => RepositoryPath.Of(root, workingDirectory, path));
        if (Text(arguments, "pattern") is { } pattern && pattern.IndexOfAny(['*', '?', '[', '{']) is var star && pattern[..(star < 0 ? 0 : star)].LastIndexOf('/') is var slash and > 0)
            found = found.Append(RepositoryPath.Of(root, Path.Combine(workingDirectory ?? root, Text(arguments, "path") ?? ""), pattern[..slash]));
        if ((Text(arguments, "patch") ?? Text(arguments, "input")) is { } patch)
            found = found.Concat(Patched().Matches(patch).Take(MostPaths).Select(match => RepositoryPath.Of(root, workingDirectory, match.Groups[1].Value.Trim())));
        if (Text(arguments, "command") is { } command && Entering().Match(command) is { Success: true } entering)
            found = found.Append(RepositoryPath.Of(root, begin, entering.Groups[2].Value));
        return [.. found.OfType<string>().Where(path => path.Length is > 0 and <= MostLength).Distinct(StringComparer.Ordinal).Take(MostPaths)];
    }

    /// <summary>The paths as the call has them, wherever they lead.</summary>
    public static IReadOnlyList<string> AllOf(IReadOnlyDictionary<string, object?> arguments)
    {
        List<string> paths = [.. Names.Select(name => Text(arguments, name)).OfType<string>().Where(path => path.Length > 0)];
        if ((Text(arguments, "patch") ?? Text(arguments, "input")) is { } patch)
            paths.AddRange(AnyPatched().Matches(patch).Select(match => match.Groups[1].Value.Trim()));
        return paths;
    }

    private static string? Text(IReadOnlyDictionary<string, object?> arguments, string name)
    {
        try
        {
            return arguments.GetValueOrDefault(name) switch
            {
                string text => text,
                JsonElement { ValueKind: JsonValueKind.String } element => element.GetString(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // Half a character; the tool says so.
            return null;
        }
    }

    [GeneratedRegex(@"^(?:\*\*\* (?:Add|Update|Delete) File: |\*\*\* Move to: |\+\+\+ b/)([^\r\n]{1,2000})", RegexOptions.Multiline)]
    private static partial Regex Patched();

    [GeneratedRegex(@"^\s*(?:\*\*\* (?:Add|Update|Delete) File: *|\*\*\* Move to: *|\+\+\+ (?:b/)?|--- (?:a/)?|rename (?:from|to) )([^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex AnyPatched();

    [GeneratedRegex(@"^\s*cd\s+(['""]?)([^\s;&|'""$`]{1,2000})\1\s*(?:&&|;|\n|$)")]
    private static partial Regex Entering();
}
