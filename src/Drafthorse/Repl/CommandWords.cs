using System.Text.RegularExpressions;

namespace Drafthorse.Repl;

/// <summary>Tells a command of the REPL from a message that begins with a slash.</summary>
internal static partial class CommandWords
{
    private const int MostEdits = 2;

    /// <summary>Whether a line is meant as a command: a slash and a word, which is no folder or file of this machine.</summary>
    public static bool IsCommand(string line, IReadOnlyCollection<string> known)
    {
        var first = line.Split(' ', 2)[0];
        return !line.Contains('\n', StringComparison.Ordinal) && Word().IsMatch(first) && (known.Contains(first) || !Path.Exists(first));
    }

    /// <summary>The command that was likely meant, or null.</summary>
    public static string? Nearest(string word, IReadOnlyCollection<string> known) => known
        .Select(name => (Name: name, Edits: name.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? 0 : Edits(word.ToLowerInvariant(), name)))
        .Where(candidate => candidate.Edits <= MostEdits && candidate.Edits < candidate.Name.Length - 1)
        .OrderBy(candidate => candidate.Edits).Select(candidate => candidate.Name).FirstOrDefault();

    /// <summary>How many characters must be put in, taken out or changed (Levenshtein).</summary>
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (from[i - 1] == to[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }

    [GeneratedRegex("^/[A-Za-z][A-Za-z-]*$")]
    private static partial Regex Word();
}
