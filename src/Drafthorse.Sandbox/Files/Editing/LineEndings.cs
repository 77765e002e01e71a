using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Which line endings a text has, and which ones new text gets: those of the place it comes to.</summary>
internal static class LineEndings
{
    /// <summary>Whether it is of the kind whose lines end with carriage returns alone.</summary>
    public static bool AreReturns(string text) => text.Contains('\r') && !text.Contains('\n');

    /// <summary>The ending that all lines of the text have; null where they differ or there is none.</summary>
    public static string? UniformOf(string text)
    {
        if (AreReturns(text))
        {
            return "\r";
        }

        var feeds = text.AsSpan().Count('\n');
        var pairs = text.AsSpan().Count("\r\n");
        return feeds == 0 ? null : pairs == feeds ? "\r\n" : pairs == 0 ? "\n" : null;
    }

    /// <summary>The ending that most lines of the text have; a line feed where there is none.</summary>
    public static string MostOf(string text) =>
        AreReturns(text) ? "\r" : text.AsSpan().Count("\r\n") * 2 > text.AsSpan().Count('\n') ? "\r\n" : "\n";

    /// <summary>The text with line feeds alone. Carriage returns that end no line stay.</summary>
    public static string Plain(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <summary>The whole content of a file, with the endings of the one that it takes the place of. A content that has several kinds was
    /// given them on purpose.</summary>
    public static string Like(string? before, string content) =>
        before is not null && UniformOf(before) is { } ending && UniformOf(content) is { } given && given != ending
            ? content.Replace(given, ending, StringComparison.Ordinal)
            : content;

    /// <summary>New text for a stretch of an old one, with the stretch's own endings where its lines stay, else the ending around.</summary>
    /// <param name="text">The old text.</param>
    /// <param name="start">Where the stretch begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="replacement">The new text, as it was given.</param>
    /// <param name="byReturns">What <see cref="AreReturns"/> says of the old text.</param>
    public static string Fit(string text, int start, int end, string replacement, bool byReturns)
    {
        var lines = Plain(replacement).Split('\n');
        if (lines.Length == 1)
        {
            return replacement;
        }

        var old = text[start..end];
        var parts = byReturns ? old.Split('\r') : Plain(old).Split('\n');
        var endings = EndingsIn(old, byReturns);
        var (head, tail) = Shared(parts, lines);
        var around = Around(text, start, end, byReturns) ?? UniformOf(replacement) ?? "\n";
        var fitted = new StringBuilder();
        for (var i = 0; i < lines.Length; i++)
        {
            fitted.Append(lines[i]);
            var left = lines.Length - 1 - i;
            if (left == 0)
            {
                break;
            }

            fitted.Append(
                lines.Length == parts.Length || i < head ? endings[i]
                : left <= tail ? endings[^left]
                : i > 0 && i - 1 < endings.Count ? endings[i - 1]
                : around);
        }

        return fitted.ToString();
    }

    /// <summary>The ending of the line that holds a stretch, else of the one before it, else what most lines have; null where none has any.</summary>
    private static string? Around(string text, int start, int end, bool byReturns)
    {
        if (byReturns)
        {
            return "\r";
        }

        var feed = text.IndexOf('\n', end);
        feed = feed < 0 && start > 0 ? text.LastIndexOf('\n', start - 1) : feed;
        return feed < 0 ? (text.Contains('\n') ? MostOf(text) : null) : feed > 0 && text[feed - 1] == '\r' ? "\r\n" : "\n";
    }

    private static List<string> EndingsIn(string stretch, bool byReturns)
    {
        var endings = new List<string>();
        for (var i = 0; i < stretch.Length; i++)
        {
            if (stretch[i] == (byReturns ? '\r' : '\n'))
            {
                endings.Add(byReturns ? "\r" : i > 0 && stretch[i - 1] == '\r' ? "\r\n" : "\n");
            }
        }

        return endings;
    }

    /// <summary>How many lines the two begin with alike, and end with.</summary>
    public static (int Head, int Tail) Shared(string[] old, string[] lines)
    {
        var most = Math.Min(old.Length, lines.Length) - 1;
        var head = 0;
        while (head < most && old[head] == lines[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < most - head && old[^(tail + 1)] == lines[^(tail + 1)])
        {
            tail++;
        }

        return (head, tail);
    }
}
