using System.Globalization;
using System.Text;
using Drafthorse.Harness.Brief.Trees;

namespace Drafthorse.Harness.Brief;

/// <summary>The first two levels of a tree in words, as many names as there is room for; what is not named is counted.</summary>
/// <param name="tree">The tree.</param>
/// <param name="show">Makes a name harmless and short.</param>
internal sealed class TreeOutline(TreeSummary tree, Func<string, string> show)
{
    private const int CountLength = 24;

    /// <summary>The outline in about <paramref name="room"/> bytes of UTF-8, and not more.</summary>
    public string Write(int room)
    {
        var left = room - (2 * CountLength);
        var folders = new List<(OutlineFolder Folder, string Head, List<string> Children)>();
        foreach (var folder in tree.RootFolders)
        {
            var head = $"{show(folder.Name)}/ {Number(folder.Files)}";
            if (left < room / 2 || Bytes(head) + CountLength > left)
                break;
            left -= Bytes(head) + CountLength;
            folders.Add((folder, head, []));
        }

        var files = Fill(tree.RootFiles.Select(show), ref left);
        var (namedFiles, namedFolders) = (files.Count, folders.Count);
        for (var child = 0; folders.Exists(folder => child < ChildCount(folder.Folder)); child++)
        {
            foreach (var (folder, _, children) in folders)
            {
                if (children.Count < child || child >= ChildCount(folder))
                    continue;
                var isFolder = child < folder.ChildFolders.Count;
                var text = isFolder ? FolderText(folder.ChildFolders.ElementAt(child)) : show(folder.ChildFiles[child - folder.ChildFolders.Count]);
                if (Bytes(text) + 2 > left)
                    continue;
                left -= Bytes(text) + 2;
                children.Add(text);
                (namedFiles, namedFolders) = isFolder ? (namedFiles, namedFolders + 1) : (namedFiles + 1, namedFolders);
            }
        }

        var lines = folders.Select(folder => folder.Children.Count == 0 ? folder.Head : $"{folder.Head}: {string.Join(", ", folder.Children)}{(folder.Children.Count < ChildCount(folder.Folder) ? ", ..." : "")}").ToList();
        if (files.Count > 0)
            lines.Add(string.Join(", ", files));
        var (moreFiles, moreFolders) = (tree.Files - namedFiles, tree.Folders - namedFolders);
        if (moreFiles > 0 || moreFolders > 0)
            lines.Add($"and {Number(moreFiles)} more {(moreFiles == 1 ? "file" : "files")}, {Number(moreFolders)} more {(moreFolders == 1 ? "folder" : "folders")}");
        return string.Join('\n', lines);
    }

    private static List<string> Fill(IEnumerable<string> names, ref int left)
    {
        var files = new List<string>();
        foreach (var name in names)
        {
            if (Bytes(name) + 2 > left)
                break;
            left -= Bytes(name) + 2;
            files.Add(name);
        }

        return files;
    }

    private static int ChildCount(OutlineFolder folder) => folder.ChildFolders.Count + folder.ChildFiles.Count;

    private string FolderText(KeyValuePair<string, int> folder) => $"{show(folder.Key)}/ {Number(folder.Value)}";

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);
}
