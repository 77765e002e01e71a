using System.Text;
using System.Text.RegularExpressions;

namespace Drafthorse.IntegrationTests.Docs;

/// <summary>One block of shell commands of a page.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Script">The commands.</param>
/// <param name="Output">What they print, with <c>...</c> for anything; null = nothing.</param>
/// <param name="NotRun">Why they are not run; null = they are.</param>
internal sealed record DocumentBlock(int Line, string Script, string? Output, string? NotRun);

/// <summary>What of a page can be tried: its files and its commands.</summary>
internal sealed partial class DocumentPage
{
    private const string Anything = "...";

    private DocumentPage(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } fence)
                continue;
            var (start, indent) = (i, fence.Groups["indent"].Length);
            var before = start > 0 ? lines[start - 1].Trim() : "";
            var block = new StringBuilder();
            for (i++; i < lines.Length && lines[i].Trim() != "```"; i++)
                block.Append(lines[i].Length >= indent ? lines[i][indent..] : lines[i]).Append('\n');
            switch (fence.Groups["language"].Value)
            {
                case "sh":
                    Blocks.Add(new DocumentBlock(start + 1, block.ToString(), null, Note().Match(before) is { Success: true } note ? note.Groups[1].Value : null));
                    break;
                case "output":
                    Blocks[^1] = Blocks[^1] with { Output = block.ToString() };
                    break;
                case var _ when File().Match(before) is { Success: true } file:
                    Files[file.Groups[1].Value] = block.ToString();
                    break;
            }
        }
    }

    public List<DocumentBlock> Blocks { get; } = [];

    public Dictionary<string, string> Files { get; } = [];

    public static DocumentPage Parse(string text) => new(text);

    /// <summary>Whether an output is the expected one.</summary>
    public static bool Fits(string expected, string output)
    {
        var pattern = new StringBuilder("^");
        foreach (var line in expected.TrimEnd('\n').Split('\n'))
            pattern.Append(line.Trim() == Anything ? "(?:.*\n)*?" : $"{string.Join(".*", line.Split(Anything).Select(Regex.Escape))}[ ]*\n");
        return Regex.IsMatch($"{output.TrimEnd()}\n", $"{pattern}$", RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    [GeneratedRegex("^(?<indent> *)```(?<language>[a-z]+)$")]
    private static partial Regex Fence();

    [GeneratedRegex("^<!-- not run here: (.+) -->$")]
    private static partial Regex Note();

    [GeneratedRegex("^<!-- file: ([A-Za-z0-9._-]+) -->$")]
    private static partial Regex File();
}
