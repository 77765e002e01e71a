namespace Drafthorse.Repl;

/// <summary>What Tab offers: commands after <c>/</c>, files after <c>@</c>.</summary>
internal sealed class Completion(string directory, IReadOnlyList<string> commands)
{
    private const int Most = 200;

    /// <summary>Where the word under the cursor begins, and what it could become.</summary>
    public (int Start, IReadOnlyList<string> Candidates) Of(string text, int cursor)
    {
        var start = cursor;
        while (start > 0 && !char.IsWhiteSpace(text[start - 1]))
            start--;
        var word = text[start..cursor];
        return word switch
        {
            ['/', ..] when start == 0 => (start, [.. commands.Where(command => command.StartsWith(word, StringComparison.Ordinal))]),
            ['@', ..] => (start, Files(word[1..])),
            _ => (start, []),
        };
    }

    private List<string> Files(string typed)
    {
        var slash = typed.LastIndexOf('/');
        var (folder, name) = (typed[..(slash + 1)], typed[(slash + 1)..]);
        try
        {
            return [.. new DirectoryInfo(Path.Combine(directory, folder)).EnumerateFileSystemInfos($"{name}*")
                .Where(entry => entry.Name != ".git" && (name.StartsWith('.') || !entry.Name.StartsWith('.')))
                .Take(Most)
                .Select(entry => $"@{folder}{entry.Name}{(entry is DirectoryInfo ? "/" : "")}")
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
