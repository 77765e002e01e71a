using System.Text.Json;

namespace Drafthorse.Terminal.Output;

/// <summary>A tool call in one short line: what it is about, not its JSON.</summary>
internal static class ToolLine
{
    private static readonly string[] Subjects = ["command", "path", "pattern", "query", "url", "question", "id"];

    public static string Of(string tool, string arguments)
    {
        var subject = Subject(arguments);
        return subject.Length == 0 ? tool : $"{tool} {subject}";
    }

    /// <summary>One line of at most <paramref name="length"/> characters, without what would move a terminal's cursor.</summary>
    public static string Cut(string text, int length)
    {
        var line = string.Concat(text.ReplaceLineEndings(" ").Where(character => !char.IsControl(character)));
        return line.Length <= length ? line : $"{line[..Math.Max(0, length - 1)]}…";
    }

    private static string Subject(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return arguments;
            foreach (var name in Subjects)
            {
                if (document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                    return value.GetString()!;
            }

            return document.RootElement.EnumerateObject().Any() ? arguments : "";
        }
        catch (JsonException)
        {
            return arguments;
        }
    }
}
