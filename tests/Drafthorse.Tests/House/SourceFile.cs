using System.Text.RegularExpressions;

namespace Drafthorse.Tests.House;

/// <summary>A C# file of the product, read as words: enough to see which folder names the types of which other.</summary>
internal sealed partial class SourceFile
{
    private readonly HashSet<string> _words;
    private readonly List<string> _sight;

    private SourceFile(string path, string text)
    {
        Path = path;
        Lines = text.Split('\n').Length;
        var code = NotCode().Replace(text, " ");
        Namespace = NamespaceLine().Match(code).Groups[1].Value;
        Types = [.. Declaration().Matches(code).Select(match => (match.Groups["access"].Value == "public", match.Groups["kind"].Value, match.Groups["name"].Value))];
        _words = [.. Word().Matches(code).Select(match => match.Value)];
        var parts = Namespace.Split('.');
        _sight = [.. Enumerable.Range(0, parts.Length).Select(cut => string.Join('.', parts[..^cut])), .. UsingLine().Matches(code).Select(match => match.Groups[1].Value)];
    }

    /// <summary>The path below <c>src</c>, such as <c>Drafthorse.Sandbox/Wire/WireFrame.cs</c>.</summary>
    public string Path { get; }

    public int Lines { get; }

    public string Namespace { get; }

    /// <summary>The types that are not inside another, in the file's order.</summary>
    public IReadOnlyList<(bool IsPublic, string Kind, string Name)> Types { get; }

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public string Project => Path.Split('/')[0];

    /// <summary>The feature: the project's folder that the file is in, at whatever depth. Files beside the project file are one of their own.</summary>
    public string Feature => string.Join('/', Path.Split('/')[..^1].Take(2));

    public static IReadOnlyList<SourceFile> ReadAll(string root) =>
        [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => (File: file, Path: System.IO.Path.GetRelativePath(root, file).Replace('\\', '/')))
            .Where(file => !file.Path.Split('/').Any(part => part is "obj" or "bin"))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .Select(file => new SourceFile(file.Path, File.ReadAllText(file.File)))];

    public static SourceFile Parse(string path, string text) => new(path, text);

    /// <summary>Which feature names types of which others, and which.</summary>
    public static Dictionary<string, SortedDictionary<string, SortedSet<string>>> Uses(IReadOnlyList<SourceFile> files)
    {
        var homes = files.SelectMany(file => file.Types.Select(type => (type.Name, file)))
            .GroupBy(type => type.Name).ToDictionary(group => group.Key, group => group.Select(type => type.file).ToList());
        var uses = files.Select(file => file.Feature).Distinct().ToDictionary(feature => feature, _ => new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal));
        foreach (var file in files)
        {
            foreach (var word in file._words.Where(homes.ContainsKey))
            {
                // A name that several places declare is the one of the nearest namespace, as for the compiler.
                var seen = file._sight.Select(space => homes[word].Where(home => home.Namespace == space).ToList()).FirstOrDefault(found => found.Count > 0) ?? [];
                if (seen.Count == 0 || seen.Any(home => home.Feature == file.Feature))
                    continue;

                if (!uses[file.Feature].TryGetValue(seen[0].Feature, out var names))
                    uses[file.Feature][seen[0].Feature] = names = new SortedSet<string>(StringComparer.Ordinal);
                names.Add(word);
            }
        }

        return uses;
    }

    [GeneratedRegex("\"\"\".*?\"\"\"|//[^\\n]*|/\\*.*?\\*/|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])'", RegexOptions.Singleline)]
    private static partial Regex NotCode();

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^(?:global )?using\s+(?:static\s+|\w+\s*=\s*)?([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^(?<access>public|internal|file)? ?(?:(?:sealed|abstract|static|partial|readonly|ref|unsafe) )*(?<kind>class|record struct|record|struct|interface|enum|delegate) (?:[\w<>\[\],?.]+ (?=\w+(?:<[\w, ]+>)?\())?(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Word();
}
