using System.Text;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Operations;
using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Sandbox.Search.Patterns;

/// <summary>The rules of one .gitignore and of those above it, as gitignore(5) has them: the last rule that matches decides, and
/// a deeper file comes before the ones above.</summary>
internal sealed class IgnoreRules
{
    private const int MaxBytes = 1_000_000;

    private readonly IgnoreRules? _above;
    private readonly List<Rule> _rules;
    private readonly int _prefix;

    private IgnoreRules(IgnoreRules? above, List<Rule> rules, int prefix)
    {
        _above = above;
        _rules = rules;
        _prefix = prefix;
    }

    /// <summary>The rules that hold in a folder, given those above. A repository begins anew.</summary>
    /// <param name="folder">The open folder.</param>
    /// <param name="prefix">How many characters of an entry's path stand before its path relative to the folder.</param>
    /// <param name="above">The rules above.</param>
    /// <param name="hasRules">Whether there is a .gitignore.</param>
    /// <param name="isRepository">Whether there is a .git.</param>
    public static IgnoreRules? Enter(Folder folder, int prefix, IgnoreRules? above, bool hasRules, bool isRepository)
    {
        if (isRepository)
        {
            above = null;
            using var info = folder.TryOpenFolder(".git")?.TryOpenFolder("info");
            if (info is not null && Read(info, "exclude") is { } exclude)
            {
                above = new IgnoreRules(null, Parse(exclude), prefix);
            }
        }

        return hasRules && Read(folder, ".gitignore") is { } text ? new IgnoreRules(above, Parse(text), prefix) : above;
    }

    /// <summary>Whether an entry is ignored, as far as its own name and path say; whoever walks leaves out what is in an ignored folder.</summary>
    public bool IsIgnored(ReadOnlySpan<char> path, bool isFolder)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        for (var level = this; level is not null; level = level._above)
        {
            for (var i = level._rules.Count - 1; i >= 0; i--)
            {
                var rule = level._rules[i];
                if ((isFolder || !rule.FoldersOnly) && (rule.Name?.IsMatch(name) ?? rule.Path!.IsMatch(path[level._prefix..])))
                {
                    return !rule.IsNegated;
                }
            }
        }

        return false;
    }

    private static string? Read(Folder folder, string name)
    {
        try
        {
            using var file = folder.OpenFile(name, name);
            return Encoding.UTF8.GetString(FileContent.Read(file, MaxBytes, name));
        }
        catch (FileException)
        {
            // A link, a folder or an unreadable file gives no rules, as for git.
            return null;
        }
    }

    private static List<Rule> Parse(string text)
    {
        var rules = new List<Rule>();
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            var line = TrimEnd(raw.EndsWith('\r') ? raw[..^1] : raw);
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var isNegated = line[0] == '!';
            line = isNegated ? line[1..] : line;
            var foldersOnly = line.EndsWith('/');
            line = foldersOnly ? line[..^1] : line;
            if (line.Length == 0)
            {
                continue;
            }

            rules.Add(line.Contains('/')
                ? new Rule(isNegated, foldersOnly, null, new PathPattern((line.StartsWith('/') ? line[1..] : line).Split('/')))
                : new Rule(isNegated, foldersOnly, new NamePattern(line), null));
        }

        return rules;
    }

    // Blanks at the end do not count unless a backslash stands before them.
    private static string TrimEnd(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !(end > 1 && line[end - 2] == '\\'))
        {
            end--;
        }

        return line[..end];
    }

    private readonly record struct Rule(bool IsNegated, bool FoldersOnly, NamePattern? Name, PathPattern? Path);
}
