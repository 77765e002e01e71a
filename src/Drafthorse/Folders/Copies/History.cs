using Drafthorse.Folders.Snapshots;

namespace Drafthorse.Folders.Copies;

/// <summary>The newest commits of a folder's repository, to be known inside of a sandbox.</summary>
/// <param name="Head">The newest one; null when there is none.</param>
/// <param name="Commits">All of them.</param>
/// <param name="Shallow">Those whose parents are not among them, one a line.</param>
internal sealed record History(string? Head, IReadOnlyList<string> Commits, string Shallow)
{
    private const string Most = "20";

    public static async Task<History> ReadAsync(FolderSnapshots folder, CancellationToken cancellationToken)
    {
        if (folder.Facts.Head is not { } head)
            return new History(null, [], "");

        // The folder's own git knows where its history was cut off.
        var own = new ShadowGit(Path.GetDirectoryName(folder.Facts.Objects)!, folder.Facts.Root);
        var lines = (await own.TextAsync(["rev-list", "--parents", "-n", Most, head], cancellationToken)).Split('\n').Select(line => line.Split(' ')).ToList();
        var known = lines.Select(line => line[0]).ToHashSet(StringComparer.Ordinal);
        var cut = lines.Where(line => line.Skip(1).Any(parent => !known.Contains(parent))).Select(line => line[0]);
        return new History(head, [.. known], string.Concat(cut.Select(commit => $"{commit}\n")));
    }
}
