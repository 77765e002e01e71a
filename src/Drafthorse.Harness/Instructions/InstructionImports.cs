using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Instructions;

/// <summary>What a file of instructions takes in by <c>@path</c>: names of files, as written outside of code.</summary>
internal static partial class InstructionImports
{
    private const int MostNames = 20;

    /// <summary>The paths in the repository, and what leads out of it.</summary>
    /// <param name="path">The file that imports.</param>
    /// <param name="text">Its text.</param>
    public static (List<string> Inside, List<string> Outside) Find(string path, string text)
    {
        var (inside, outside) = (new List<string>(), new List<string>());
        var isFenced = false;
        foreach (var each in text.AsSpan().EnumerateLines())
        {
            var line = each.ToString();
            var isFence = line.AsSpan().TrimStart() is ['`', '`', '`', ..] or ['~', '~', '~', ..];
            isFenced ^= isFence;
            if (isFence || isFenced || !line.Contains('@', StringComparison.Ordinal))
                continue;
            foreach (Match match in Import().Matches(Code().Replace(line, " ")))
            {
                var name = match.Groups[1].Value.TrimEnd('.', ',', ';', ':', '!', '?');
                if (name.Length == 0 || inside.Count + outside.Count >= MostNames)
                    continue;
                if (RepositoryPath.Join(RepositoryPath.FolderOf(path), name) is { } found && name[0] is not ('~' or '/'))
                    inside.Add(found);
                else if (name[0] is '~' or '/' or '.')
                    outside.Add(name);
            }
        }

        return ([.. inside.Distinct(StringComparer.Ordinal)], [.. outside.Distinct(StringComparer.Ordinal)]);
    }

    [GeneratedRegex(@"(?<![^\s(*>-])@([\w./~][^\s`'""<>()\[\]{}|]{0,300})")]
    private static partial Regex Import();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();
}
