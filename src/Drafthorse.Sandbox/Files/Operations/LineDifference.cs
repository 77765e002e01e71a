using System.Globalization;
using System.Text;
using Drafthorse.Sandbox.Files.Editing;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>What differs between two versions of a text, as lines with <c>-</c> and <c>+</c> under the number of the line where they are now.</summary>
internal static class LineDifference
{
    private const int ShownLines = 60, ShownCharacters = 200;

    /// <summary>Most pairs of lines that are compared; where more differ, they are shown as replaced.</summary>
    private const int MostPairs = 1_000_000;

    public static string Describe(string before, string after)
    {
        var (old, now) = (new TextLines(before), new TextLines(after));
        var start = 0;
        while (start < Math.Min(old.Count, now.Count) && Same(old, start, now, start))
        {
            start++;
        }

        var (oldEnd, nowEnd) = (old.Count, now.Count);
        while (oldEnd > start && nowEnd > start && Same(old, oldEnd - 1, now, nowEnd - 1))
        {
            oldEnd--;
            nowEnd--;
        }

        if (start == oldEnd && start == nowEnd)
        {
            return "Only line endings, the byte order mark or the encoding differ.";
        }

        var text = new StringBuilder();
        var shown = 0;
        var lastAt = -2;
        foreach (var (sign, line) in Walk(old, start, oldEnd, now, nowEnd))
        {
            if (sign != ' ')
            {
                if (++shown > ShownLines)
                {
                    continue;
                }

                if (line.At != lastAt)
                {
                    text.Append(CultureInfo.InvariantCulture, $"@@ line {line.At + 1}\n");
                }

                text.Append(sign).Append(Places.Shorten(sign == '-' ? old[line.Index] : now[line.Index], ShownCharacters)).Append('\n');
            }

            lastAt = sign == ' ' ? -2 : sign == '+' ? line.At + 1 : line.At;
        }

        return shown > ShownLines ? string.Create(CultureInfo.InvariantCulture, $"{text}[{shown - ShownLines} more lines differ: read the file]") : text.ToString().TrimEnd('\n');
    }

    private static IEnumerable<(char Sign, (int Index, int At) Line)> Walk(TextLines old, int start, int oldEnd, TextLines now, int nowEnd)
    {
        var (rows, columns) = (oldEnd - start, nowEnd - start);
        var common = (long)rows * columns <= MostPairs ? Common(old, start, rows, now, columns) : null;
        var (i, j) = (0, 0);
        while (i < rows || j < columns)
        {
            if (common is not null && i < rows && j < columns && Same(old, start + i, now, start + j))
            {
                yield return (' ', (start + i, start + j));
                i++;
                j++;
            }
            else if (i < rows && (j == columns || common is null || common[i + 1, j] >= common[i, j + 1]))
            {
                yield return ('-', (start + i, start + j));
                i++;
            }
            else
            {
                yield return ('+', (start + j, start + j));
                j++;
            }
        }
    }

    /// <summary>How many lines the rests of both texts have in common, in order.</summary>
    private static ushort[,] Common(TextLines old, int start, int rows, TextLines now, int columns)
    {
        var common = new ushort[rows + 1, columns + 1];
        for (var i = rows - 1; i >= 0; i--)
        {
            for (var j = columns - 1; j >= 0; j--)
            {
                common[i, j] = Same(old, start + i, now, start + j) ? (ushort)Math.Min(common[i + 1, j + 1] + 1, ushort.MaxValue) : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }

    private static bool Same(TextLines a, int line, TextLines b, int other) => a[line].SequenceEqual(b[other]);
}
