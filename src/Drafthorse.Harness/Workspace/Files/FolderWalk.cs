using System.Globalization;
using System.IO.Enumeration;

namespace Drafthorse.Harness.Workspace.Files;

/// <summary>Names all files of a folder with what tells a change, without reading any. Names that begin with a dot are left out, and links are not followed.</summary>
internal static class FolderWalk
{
    /// <summary>The largest file that is taken, in bytes.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    private const int MostFiles = 100_000;
    private const int MostDepth = 24;

    /// <summary>Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> when the folder itself cannot be listed.</summary>
    public static (List<WalkedFile> Files, List<WorkspaceProblem> Problems) Of(string root, CancellationToken cancellationToken)
    {
        var (files, problems) = (new List<WalkedFile>(), new List<WorkspaceProblem>());
        var options = new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true, MaxRecursionDepth = MostDepth, IgnoreInaccessible = true };
        var entries = new FileSystemEnumerable<WalkedFile>(root, (ref FileSystemEntry entry) => Read(root, ref entry), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith('.') && (!entry.IsDirectory || IsLink(ref entry)),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith('.') && !IsLink(ref entry),
        };
        foreach (var file in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (files.Count >= MostFiles)
            {
                problems.Add(new WorkspaceProblem(file.Path, $"there are more than {MostFiles} files; this one and others are left out"));
                break;
            }

            if (WhyNot(file) is { } why)
                problems.Add(new WorkspaceProblem(file.Path, why));
            else
                files.Add(file);
        }

        return (files, problems);
    }

    private static WalkedFile Read(string root, ref FileSystemEntry entry)
    {
        var below = entry.Directory.Length > root.Length ? entry.Directory[root.Length..].TrimStart('/') : [];
        var path = below.IsEmpty ? entry.FileName.ToString() : $"{below}/{entry.FileName}";
        return new WalkedFile(path, entry.Length, entry.LastWriteTimeUtc.UtcTicks, IsLink(ref entry));
    }

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static string? WhyNot(WalkedFile file) =>
        file.IsLink ? "it is a link, and none is followed"
        : file.Size > MostBytes ? $"it has {file.Size.ToString("N0", CultureInfo.InvariantCulture)} bytes; at most {MostBytes.ToString("N0", CultureInfo.InvariantCulture)} are taken"
        : file.Path.AsSpan().ContainsAnyInRange('\0', '\u001F') || file.Path.Contains('\\', StringComparison.Ordinal) || file.Path.Contains('\uFFFD', StringComparison.Ordinal) ? "its name has characters that are not taken"
        : null;
}

/// <summary>A file as it was listed.</summary>
internal readonly record struct WalkedFile(string Path, long Size, long Modified, bool IsLink);
