using System.Globalization;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Brief.Trees;

/// <summary>A folder of this machine as it is, where no commit says what belongs to it. Links are not followed, and what tools make is not entered.</summary>
/// <param name="root">The folder.</param>
/// <param name="time">The clock.</param>
internal sealed class FolderTree(string root, TimeProvider time) : ProjectTree
{
    private const int MaxEntries = 20_000;
    private const int MaxDepth = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly HashSet<string> NotEntered = new(StringComparer.Ordinal) { ".git", "node_modules", ".venv", "venv", "__pycache__", ".tox", "target", "obj", ".gradle", ".idea", ".vs" };
    private static readonly EnumerationOptions Each = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    public override Task<bool> ListAsync(Action<TreeEntry> see, CancellationToken cancellationToken) => Task.Run(() => List(see, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<TreeFile>> ReadAsync(IReadOnlyList<TreeEntry> entries, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<TreeFile>>(() => ReadAll(entries), cancellationToken);

    public override Task<IReadOnlyList<TreeEntry>> FindAsync(IReadOnlyList<string> paths, int most, CancellationToken cancellationToken) => Task.Run<IReadOnlyList<TreeEntry>>(
        () =>
        {
            var found = new List<TreeEntry>();
            foreach (var path in paths.Where(HasNoLinkAbove))
                Find(path, found, most, 0);
            return found;
        },
        cancellationToken);

    private bool HasNoLinkAbove(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (KindAt(path[..slash]) != TreeEntryKind.Folder)
                return false;
        }

        return true;
    }

    private TreeEntryKind? KindAt(string path)
    {
        var full = Path.Combine(root, path);
        var info = Directory.Exists(full) ? new DirectoryInfo(full) : (FileSystemInfo)new FileInfo(full);
        return info.Exists ? KindOf(info) : null;
    }

    private void Find(string path, List<TreeEntry> found, int most, int depth)
    {
        switch (KindAt(path))
        {
            case null:
                return;
            case TreeEntryKind.Folder when depth < MaxDepth:
                foreach (var (name, _) in Enumerate(path, most))
                    Find($"{path}/{name}", found, most, depth + 1);
                return;
            case TreeEntryKind.File or TreeEntryKind.Link when found.Count < most:
                found.Add(new TreeEntry(path, KindAt(path)!.Value));
                return;
        }
    }

    /// <summary>Breadth first, so that what is cut off lies deepest.</summary>
    private bool List(Action<TreeEntry> see, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var open = new Queue<(string Below, int Depth)>([("", 0)]);
        var seen = 0;
        while (open.TryDequeue(out var folder))
        {
            foreach (var (name, kind) in Enumerate(folder.Below, MaxEntries - seen))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (++seen > MaxEntries || time.GetElapsedTime(began) > Patience)
                    return false;
                if (kind == TreeEntryKind.Folder && NotEntered.Contains(name))
                    continue;
                var path = folder.Below.Length == 0 ? name : $"{folder.Below}/{name}";
                see(new TreeEntry(path, kind));
                if (kind == TreeEntryKind.Folder && folder.Depth < MaxDepth)
                    open.Enqueue((path, folder.Depth + 1));
            }
        }

        return true;
    }

    private List<(string Name, TreeEntryKind Kind)> Enumerate(string below, int most)
    {
        try
        {
            return [.. new DirectoryInfo(Path.Combine(root, below)).EnumerateFileSystemInfos("*", Each).Take(most + 1)
                .Select(info => (info.Name, KindOf(info))).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was removed meanwhile, or belongs to somebody else.
            return [];
        }
    }

    private static TreeEntryKind KindOf(FileSystemInfo info) =>
        info.Attributes.HasFlag(FileAttributes.ReparsePoint) ? TreeEntryKind.Link : info is DirectoryInfo ? TreeEntryKind.Folder : TreeEntryKind.File;

    private List<TreeFile> ReadAll(IReadOnlyList<TreeEntry> entries)
    {
        var sum = 0;
        var files = new List<TreeFile>();
        foreach (var entry in entries)
        {
            var file = sum > MaxBytes ? new TreeFile(entry.Path, null, "enough was read before it") : Read(entry.Path);
            sum += file.Text?.Length ?? 0;
            files.Add(file);
        }

        return files;
    }

    private TreeFile Read(string path)
    {
        try
        {
            using var file = RegularFile.Open(Path.Combine(root, path), followLink: false);
            if (file.Length > MaxFileBytes)
                return new TreeFile(path, null, $"it has {file.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes");
            var bytes = new byte[MaxFileBytes];
            return FileText.Of(path, bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new TreeFile(path, null, "it could not be read");
        }
    }
}
