namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Carries the difference of indentation between a text as it was quoted and as it stands in the file over to its replacement.</summary>
internal sealed class Indentation
{
    private readonly List<(string Quoted, string Actual)> _pairs = [];

    /// <summary>Learns from a line that is the same but for white space; what was learnt last of an indentation holds.</summary>
    public void Learn(ReadOnlySpan<char> quotedLine, ReadOnlySpan<char> actualLine)
    {
        var quoted = Of(quotedLine);
        if (quoted.Length < quotedLine.TrimEnd().Length)
        {
            _pairs.RemoveAll(pair => pair.Quoted == quoted);
            _pairs.Add((quoted, Of(actualLine)));
            _pairs.Sort((a, b) => b.Quoted.Length.CompareTo(a.Quoted.Length));
        }
    }

    /// <summary>A line of the replacement, indented as the file would have it.</summary>
    public string Apply(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return line;
        }

        foreach (var (quoted, actual) in _pairs)
        {
            if (line.StartsWith(quoted, StringComparison.Ordinal))
            {
                return actual + line[quoted.Length..];
            }
        }

        // Less indented than any quoted line: take away as much as those lost.
        var (nearestQuoted, nearestActual) = _pairs.Count > 0 ? _pairs[^1] : ("", "");
        var own = Of(line);
        var lost = nearestQuoted.Length - own.Length;
        return lost > 0 && lost <= nearestActual.Length ? nearestActual[..^lost] + line[own.Length..] : line;
    }

    private static string Of(ReadOnlySpan<char> line) => line[..(line.Length - line.TrimStart().Length)].ToString();
}
