using System.Text;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.TestReports;

/// <summary>Finds the first failing test in what a test runner printed, in one pass over its lines, whatever they hold.</summary>
internal static class FailureExcerpt
{
    /// <summary>Characters of an excerpt, at most.</summary>
    public const int MostCharacters = 3_000;

    private const int MostLines = 60;
    private const int LongestLine = 400;
    private const int ShortestMark = 4;

    /// <summary>The lines on the first failing test; null when no known runner says that one failed.</summary>
    public static string? Of(string output)
    {
        var seen = new bool[RunnerMarks.All.Count];
        RunnerMarks? runner = null;
        var excerpt = new StringBuilder();
        var lines = 0;
        foreach (var whole in output.AsSpan().EnumerateLines())
        {
            var line = whole.Length <= LongestLine ? whole : whole[..LongestLine];
            if (runner is null)
                runner = line.Length < ShortestMark ? null : Find(line, seen);
            else if (runner.Ends(line))
                break;
            if (runner is null)
                continue;
            if (++lines > MostLines || excerpt.Length + line.Length >= MostCharacters)
            {
                excerpt.Append("...");
                break;
            }

            excerpt.Append(line.TrimEnd()).Append(line.Length < whole.Length ? "...\n" : "\n");
        }

        return runner is null ? null : ForeignText.Visible(excerpt.ToString().TrimEnd());
    }

    private static RunnerMarks? Find(ReadOnlySpan<char> line, bool[] seen)
    {
        RunnerMarks? found = null;
        for (var index = 0; index < seen.Length; index++)
        {
            var runner = RunnerMarks.All[index];
            if (found is null && (runner.After is null || seen[index]) && runner.Begins(line))
                found = runner;
            seen[index] = seen[index] || runner.After?.Invoke(line) == true;
        }

        return found;
    }
}
