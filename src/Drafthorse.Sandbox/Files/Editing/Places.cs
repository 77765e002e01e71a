using System.Globalization;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Names several places of a text so that they can be told apart.</summary>
internal static class Places
{
    /// <summary>Places that are looked for at most where one alone would do.</summary>
    public const int Most = 100;

    /// <summary>Places that are named at most.</summary>
    private const int Shown = 10;

    private const int ShownCharacters = 80;

    /// <summary>Such as <c>line 2 (in `def f():`), line 5 (in `def g():`)</c>.</summary>
    public static string Describe(TextLines lines, IReadOnlyList<int> places) =>
        string.Join(", ", places.Take(Shown).Select(line => string.Create(CultureInfo.InvariantCulture, $"line {line + 1}{In(lines, line)}")))
        + (places.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {places.Count - Shown} more") : "");

    /// <summary>The header that a place is below: what an @@ line can name.</summary>
    public static string? HeaderOf(TextLines lines, int line) => Header(lines, line) is { } header ? Shorten(lines[header].Trim()) : null;

    /// <summary>A piece of a text to show: short, and not cut inside a character.</summary>
    public static string Shorten(ReadOnlySpan<char> text, int most = ShownCharacters)
    {
        var cut = text.Length > most ? text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] : text;
        var shown = new string(cut);
        return cut.IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? shown : string.Concat(shown.EnumerateRunes());
    }

    private static string In(TextLines lines, int line) => HeaderOf(lines, line) is { } header ? $" (in `{header}`)" : "";

    private static int? Header(TextLines lines, int line)
    {
        while (line < lines.Count && lines[line].IsWhiteSpace())
        {
            line++;
        }

        var indentation = line < lines.Count ? HunkScope.Indentation(lines[line]) : 0;
        for (var above = Math.Min(line, lines.Count) - 1; above >= 0 && indentation > 0; above--)
        {
            if (!lines[above].IsWhiteSpace() && HunkScope.Indentation(lines[above]) < indentation && HunkScope.Begins(lines[above]))
            {
                return above;
            }
        }

        return null;
    }
}
