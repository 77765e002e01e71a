using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Harness.Instructions;

/// <summary>The head of a file of instructions, between two lines of dashes: plain <c>key: value</c> lines. It is not read as YAML, as editors
/// write what is none (<c>globs: *.ts</c>).</summary>
internal static class InstructionHead
{
    private const int MostLines = 40;
    private const int MostPatterns = 50;

    /// <summary>The file by what its head says.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="text">Its whole text.</param>
    public static InstructionFile Read(string path, string text)
    {
        var (values, body) = Split(text);
        var patterns = (values.GetValueOrDefault("applyto") ?? values.GetValueOrDefault("globs") ?? "").Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Unquote).Where(pattern => pattern.Length > 0).Take(MostPatterns).ToList();
        var isPlain = values.Count == 0 && !path.EndsWith(".instructions.md", StringComparison.Ordinal);
        if (isPlain || values.GetValueOrDefault("alwaysapply") is "true" or "True" || patterns.Exists(pattern => pattern is "**" or "**/*" or "*"))
            return new InstructionFile(path, body);
        return patterns.Count > 0
            ? new InstructionFile(path, body) { For = [.. patterns.Select(Parse).OfType<GlobPattern>()], Patterns = string.Join(", ", patterns) }
            : new InstructionFile(path, "") { About = values.GetValueOrDefault("description") ?? "" };
    }

    private static (Dictionary<string, string> Values, string Body) Split(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        using var lines = new StringReader(text);
        if (lines.ReadLine()?.TrimEnd() != "---")
            return (values, text);
        for (var count = 0; count < MostLines && lines.ReadLine() is { } line; count++)
        {
            if (line.TrimEnd() == "---")
                return (values, lines.ReadToEnd());
            if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && !char.IsWhiteSpace(line[0]))
                values[line[..colon].Trim().ToLowerInvariant()] = Unquote(line[(colon + 1)..].Trim());
        }

        return ([], text);
    }

    private static string Unquote(string value) => value is ['"', .., '"'] or ['\'', .., '\''] ? value[1..^1] : value;

    private static GlobPattern? Parse(string pattern)
    {
        try
        {
            return GlobPattern.Of(pattern.TrimStart('/'));
        }
        catch (FileException)
        {
            return null;
        }
    }
}
