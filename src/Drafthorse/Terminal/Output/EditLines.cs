using System.Text.Json;
using Drafthorse.Harness.Text;

namespace Drafthorse.Terminal.Output;

/// <summary>What a call changes in files, as far as its arguments say it: the lines that come and go.</summary>
/// <param name="Added">How many lines come.</param>
/// <param name="Removed">How many lines go.</param>
/// <param name="Shown">The first of them, in order.</param>
internal sealed record EditLines(int Added, int Removed, IReadOnlyList<(char Sign, string Text)> Shown)
{
    private const int Most = 12;

    /// <summary>Nothing.</summary>
    public static EditLines None { get; } = new(0, 0, []);

    /// <summary>How many lines are not shown.</summary>
    public int Left => Added + Removed - Shown.Count;

    public static EditLines Of(string tool, string arguments)
    {
        if (tool is not ("edit_file" or "write_file" or "apply_patch"))
            return None;
        try
        {
            using var document = JsonDocument.Parse(JsonText.WellFormed(arguments));
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return None;
            return Count(tool switch
            {
                "write_file" => Signed('+', Text(root, "content", "text", "file_text")),
                "apply_patch" => Lines(Text(root, "patch", "input")).Where(line => line is ['+' or '-', ..]).Select(line => (line[0], line[1..])),
                _ when root.TryGetProperty("edits", out var edits) && edits.ValueKind == JsonValueKind.Array => edits.EnumerateArray().SelectMany(OfEdit),
                _ => OfEdit(root),
            });
        }
        catch (JsonException)
        {
            return None;
        }
    }

    /// <summary>Without the lines at both ends that stay as they are.</summary>
    private static IEnumerable<(char Sign, string Text)> OfEdit(JsonElement edit)
    {
        if (edit.ValueKind != JsonValueKind.Object)
            return [];
        var (before, after) = (Lines(Text(edit, "old_text", "old_string", "old_str")), Lines(Text(edit, "new_text", "new_string", "new_str")));
        var start = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        var end = before[start..].Reverse().Zip(after[start..].Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return before[start..^end].Select(line => ('-', line)).Concat(after[start..^end].Select(line => ('+', line)));
    }

    private static IEnumerable<(char Sign, string Text)> Signed(char sign, string text) => Lines(text).Select(line => (sign, line));

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private static string Text(JsonElement arguments, params string[] names) => names
        .Select(name => arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null)
        .FirstOrDefault(text => text is not null) ?? "";

    private static EditLines Count(IEnumerable<(char Sign, string Text)> lines)
    {
        var all = lines.ToList();
        return new EditLines(all.Count(line => line.Sign == '+'), all.Count(line => line.Sign == '-'), [.. all.Take(Most)]);
    }
}
