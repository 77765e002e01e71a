using System.Globalization;
using Drafthorse.Harness.Brief.Trees;
using Drafthorse.Harness.Text;

namespace Drafthorse.Harness.Instructions;

/// <summary>Reads files of instructions with what they import, within bounds. A link is followed within the repository.</summary>
/// <param name="tree">The files.</param>
/// <param name="redact">Takes known secrets out.</param>
internal sealed class InstructionReader(ProjectTree tree, Func<string, string> redact)
{
    /// <summary>The most characters of one file with all that it imports.</summary>
    public const int MostCharacters = 24_000;

    private const int MostHops = 5;
    private const int MostImports = 20;
    private const int MostLinks = 3;
    private const int MostFiles = 200;

    /// <summary>The files that are there, in the order of <paramref name="paths"/>, which may be folders. Throws <see cref="GitGateway.GitException"/>.</summary>
    public async Task<IReadOnlyList<InstructionFile>> ReadAsync(IReadOnlyList<string> paths, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        var entries = (await tree.FindAsync(paths, MostFiles, cancellationToken).ConfigureAwait(false)).Where(entry => isWanted(entry.Path)).ToList();
        var order = paths.Index().ToDictionary(path => path.Item, path => path.Index, StringComparer.Ordinal);
        var files = new List<InstructionFile>();
        foreach (var file in await ReadFilesAsync([.. entries.OrderBy(entry => order.GetValueOrDefault(entry.Path, int.MaxValue)).ThenBy(entry => entry.Path, StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false))
        {
            if (file.Text is null)
            {
                files.Add(new InstructionFile(file.Path, $"({file.Path} holds instructions and was not read: {file.Why})"));
                continue;
            }

            var read = HasHead(file.Path) ? InstructionHead.Read(file.Path, file.Text) : new InstructionFile(file.Path, file.Text);
            var text = await WithImportsAsync(file.Path, read.Text, cancellationToken).ConfigureAwait(false);
            files.Add(read with { Text = Cut(ForeignText.Visible(redact(text)).Trim()), About = read.About is { } about ? Cut(ForeignText.Line(redact(about)), 200) : null });
        }

        return [.. files.Where(file => file.Text.Length > 0 || file.About is not null)];
    }

    private static bool HasHead(string path) => path.StartsWith(".github/instructions/", StringComparison.Ordinal) || path.StartsWith(".cursor/", StringComparison.Ordinal);

    private async Task<IReadOnlyList<TreeFile>> ReadFilesAsync(List<TreeEntry> entries, CancellationToken cancellationToken)
    {
        var targets = new List<TreeEntry>();
        foreach (var entry in entries)
            targets.Add(entry.Kind == TreeEntryKind.Link ? await FollowAsync(entry, cancellationToken).ConfigureAwait(false) ?? entry : entry);
        var plain = targets.Where(entry => entry.Kind == TreeEntryKind.File).ToList();
        var read = new Queue<TreeFile>(await tree.ReadAsync(plain, cancellationToken).ConfigureAwait(false));
        return [.. targets.Select((target, index) => target.Kind == TreeEntryKind.File ? read.Dequeue() with { Path = entries[index].Path } : new TreeFile(entries[index].Path, null, "it leads to no file of the repository"))];
    }

    private async Task<TreeEntry?> FollowAsync(TreeEntry link, CancellationToken cancellationToken)
    {
        for (var times = 0; times < MostLinks; times++)
        {
            if ((await tree.ReadAsync([link], cancellationToken).ConfigureAwait(false))[0].Text is not { Length: > 0 } target
                || target[0] == '/' || RepositoryPath.Join(RepositoryPath.FolderOf(link.Path), target.Trim()) is not { Length: > 0 } path
                || (await tree.FindAsync([path], 2, cancellationToken).ConfigureAwait(false)) is not [var entry] || entry.Path != path)
            {
                return null;
            }

            if (entry.Kind == TreeEntryKind.File)
                return entry;
            link = entry;
        }

        return null;
    }

    /// <summary>Breadth first, each file once, so that files that import each other end.</summary>
    private async Task<string> WithImportsAsync(string path, string text, CancellationToken cancellationToken)
    {
        var parts = new List<string> { text };
        var seen = new HashSet<string>(StringComparer.Ordinal) { path };
        var refused = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<(string Path, string Text)> importing = [(path, text)];
        for (var hop = 0; hop < MostHops && importing.Count > 0; hop++)
        {
            var found = importing.Select(file => InstructionImports.Find(file.Path, file.Text)).ToList();
            refused.UnionWith(found.SelectMany(names => names.Outside));
            List<string> names = [.. found.SelectMany(names => names.Inside).Where(name => name.Length > 0 && seen.Count < MostImports && seen.Add(name))];
            var entries = (await tree.FindAsync(names, MostFiles, cancellationToken).ConfigureAwait(false)).Where(entry => names.Contains(entry.Path)).ToList();
            var files = await ReadFilesAsync(entries, cancellationToken).ConfigureAwait(false);
            parts.AddRange(files.Select(file => $"[{file.Path}, imported]\n{file.Text ?? $"(not read: {file.Why})"}"));
            importing = [.. files.Where(file => file.Text is not null).Select(file => (file.Path, file.Text!))];
        }

        if (refused.Count > 0)
            parts.Add($"(not imported, as it is outside of the repository: {string.Join(", ", refused.Take(MostImports))})");
        return string.Join("\n\n", parts);
    }

    private static string Cut(string text, int most = MostCharacters)
    {
        if (text.Length <= most)
            return text;
        var end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return string.Create(CultureInfo.InvariantCulture, $"{text[..end]}\n[only its first {end} of {text.Length} characters are shown]");
    }
}
