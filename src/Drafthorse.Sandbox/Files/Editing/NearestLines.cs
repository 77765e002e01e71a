using System.Globalization;
using System.Numerics;
using System.Text;

namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Shows the lines of a file that are most like a text that was not found in it.</summary>
internal static class NearestLines
{
    private const int ComparedLines = 12, ScannedLines = 50_000, ShownCharacters = 120;

    public static string Describe(TextLines file, string wanted)
    {
        var quoted = wanted.Split('\n').Select(line => line.Trim()).ToList();
        var lead = quoted.FindIndex(line => line.Length > 0);
        if (lead < 0 || file.Count == 0)
        {
            return file.Count == 0 ? "The file is empty." : "The text holds nothing but white space.";
        }

        quoted = quoted.Skip(lead).Take(ComparedLines).ToList();
        var best = (Score: 0.0, Line: 0);
        var marks = quoted.Select(line => Signature.Of(line)).ToArray();
        var lines = new Signature[Math.Min(file.Count, ScannedLines)];
        for (var line = 0; line < lines.Length; line++)
        {
            lines[line] = Signature.Of(file[line].Trim());
        }

        for (var line = 0; line < lines.Length; line++)
        {
            var score = 0.0;
            for (var i = 0; i < marks.Length && line + i < lines.Length; i++)
            {
                score += quoted[i].Length == 0 ? 0 : file[line + i].Trim().SequenceEqual(quoted[i]) ? 1.5 : marks[i].Likeness(lines[line + i]);
            }

            if (score > best.Score)
            {
                best = (score, line);
            }
        }

        return best.Score < 0.35 * quoted.Count(line => line.Length > 0)
            ? $"Nothing in its {file.Count} lines is like it."
            : "The nearest lines are:\n" + Show(file, best.Line - 1, Math.Min(wanted.AsSpan().TrimEnd('\n').Count('\n') + 3, ComparedLines + 2));
    }

    /// <summary>Lines with their numbers, from 1.</summary>
    private static string Show(TextLines file, int first, int count)
    {
        var shown = new StringBuilder();
        for (var line = Math.Max(first, 0); line < Math.Min(first + count, file.Count); line++)
        {
            var text = file[line];
            shown.Append(CultureInfo.InvariantCulture, $"{line + 1,6}: ").Append(Places.Shorten(text, ShownCharacters)).Append('\n');
        }

        return shown.ToString().TrimEnd('\n');
    }

    /// <summary>Which pairs of neighbouring characters a line holds, hashed to 256 bits.</summary>
    private readonly record struct Signature(ulong A, ulong B, ulong C, ulong D)
    {
        private int Count => BitOperations.PopCount(A) + BitOperations.PopCount(B) + BitOperations.PopCount(C) + BitOperations.PopCount(D);

        public static Signature Of(ReadOnlySpan<char> line)
        {
            Span<ulong> bits = stackalloc ulong[4];
            bits.Clear();
            line = line[..Math.Min(line.Length, 1_000)];
            for (var i = 0; i + 1 < line.Length; i++)
            {
                var hash = (uint)((line[i] * 31) + line[i + 1]) * 0x9E3779B1u >> 24;
                bits[(int)hash >> 6] |= 1UL << (int)(hash & 63);
            }

            return new Signature(bits[0], bits[1], bits[2], bits[3]);
        }

        public double Likeness(Signature other)
        {
            var both = new Signature(A & other.A, B & other.B, C & other.C, D & other.D).Count;
            var all = Count + other.Count;
            return all == 0 ? 0 : 2.0 * both / all;
        }
    }
}
