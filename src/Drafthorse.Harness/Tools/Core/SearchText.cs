using System.Globalization;
using System.Text;
using Drafthorse.Sandbox.Search;

namespace Drafthorse.Harness;

/// <summary>What the model reads of searches.</summary>
internal static class SearchText
{
    public static ToolOutput Of(GlobResult result)
    {
        var text = new StringBuilder();
        foreach (var path in result.Paths)
        {
            text.Append(path).Append('\n');
        }

        Note(text, result.Paths.Count == 0, "No file matches (files that .gitignore names are left out unless include_ignored is set).");
        Note(text, result.Unreadable > 0, $"[{result.Unreadable} folders could not be read]");
        return ToolOutput.Text(PartialResult.Frame(
            text.ToString().TrimEnd('\n'),
            result.Total > result.Paths.Count ? $"{result.Paths.Count} of {result.Total} paths; narrow the pattern" : null,
            result.IsTimedOut ? "the time was up before all was searched; narrow the path" : null));
    }

    public static ToolOutput Of(GrepResult result, GrepRequest request)
    {
        var text = new StringBuilder();
        foreach (var file in result.Files)
        {
            if (request.FilesOnly)
            {
                text.Append(CultureInfo.InvariantCulture, $"{file.Path}: {file.Matches}\n");
                continue;
            }

            text.Append(text.Length > 0 ? "\n" : "").Append(file.Path).Append('\n');
            var last = 0;
            foreach (var line in file.Lines)
            {
                Note(text, request.Context > 0 && last > 0 && line.Number > last + 1, "--");
                text.Append(CultureInfo.InvariantCulture, $"{line.Number}{(line.IsMatch ? ':' : '-')} {line.Text}\n");
                last = line.Number;
            }
        }

        Note(text, result.Files.Count == 0, $"No match in {result.Searched} files (binary files and those that .gitignore names are left out).");
        Note(text, result.TooLarge.Count > 0, $"[too large to search, use execute with grep: {string.Join(", ", result.TooLarge)}]");
        Note(text, result.TooSlow.Count > 0, $"[the pattern took too long on: {string.Join(", ", result.TooSlow)}; make it simpler]");
        Note(text, result.Unreadable > 0, $"[{result.Unreadable} files or folders could not be read]");
        return ToolOutput.Text(PartialResult.Frame(
            text.ToString().TrimEnd('\n'),
            result.IsCapped ? "there may be more: the limit was reached; narrow the pattern, path or include" : null,
            result.IsTimedOut ? "the time was up before all was searched; narrow the path or include" : null));
    }

    private static void Note(StringBuilder text, bool isNeeded, string note)
    {
        if (isNeeded)
        {
            text.Append(note).Append('\n');
        }
    }
}
