using System.IO.Enumeration;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Folders.Snapshots;

/// <summary>Things with the names of files that git opens by itself wherever it finds them: it would wait for a pipe, or read a device to no end.</summary>
internal static class WaitingFiles
{
    private static readonly string[] Opened = [".gitignore", ".gitattributes", ".gitmodules"];

    /// <summary>The first one below a folder, or null.</summary>
    public static string? Find(string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        var named = new FileSystemEnumerable<(string Path, bool IsFolder)>(root, (ref FileSystemEntry entry) => (entry.ToFullPath(), entry.IsDirectory), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.IsDirectory ? entry.FileName is ".git" : IsOpened(entry.FileName),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => entry.FileName is not ".git" && (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return named.Select(found => found.IsFolder ? Path.Combine(found.Path, "HEAD") : found.Path).FirstOrDefault(IsWaitedFor);
    }

    private static bool IsOpened(ReadOnlySpan<char> name) => name.StartsWith(".git", StringComparison.Ordinal) && Opened.Contains(name.ToString());

    private static bool IsWaitedFor(string path)
    {
        if (!Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
            return false;
        try
        {
            RegularFile.Open(path, followLink: false).Dispose();
            return false;
        }
        catch (Exception exception) when (exception is FileNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return !Directory.Exists(path);
        }
    }
}
