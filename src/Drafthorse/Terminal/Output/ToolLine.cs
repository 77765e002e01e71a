using System.Text.Json;
using Drafthorse.Harness.Text;

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

    /// <summary>One line of at most <paramref name="length"/> characters, of which none steers a terminal.</summary>
    public static string Cut(string text, int length)
    {
        var line = ForeignText.Line(text.ReplaceLineEndings(" "));
        if (line.Length <= length)
            return line;
        var end = Math.Max(0, length - 1);
        return $"{line[..(end > 0 && char.IsHighSurrogate(line[end - 1]) ? end - 1 : end)]}…";
    }

    private static string Subject(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonText.WellFormed(arguments));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return arguments;
            if (document.RootElement.TryGetProperty("todos", out var todos) && todos.ValueKind == JsonValueKind.Array)
                return $"({todos.GetArrayLength()})";
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
