namespace Drafthorse.Harness.Sandboxes.Local;

/// <summary>The folders with the long outputs of local sandboxes, one each. They go with their sandbox; those that a killed process left
/// go by age and by size.</summary>
internal sealed class SpillFolders(string root, TimeProvider time)
{
    private const long MostBytes = 2L * 1024 * 1024 * 1024;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>What was written just now may belong to a process that runs.</summary>
    private static readonly TimeSpan InUse = TimeSpan.FromHours(1);

    /// <summary>All of them.</summary>
    public string Root => root;

    public string Of(string name) => Path.Combine(root, name);

    public void Remove(string name) => Delete(Of(name));

    /// <summary>Removes what nothing was written to for 7 days, and beyond 2 GiB the oldest.</summary>
    public void Sweep()
    {
        if (!Directory.Exists(root))
            return;

        var now = time.GetUtcNow();
        var left = MostBytes;
        foreach (var (path, written, bytes) in Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }).Select(Measure).OrderByDescending(entry => entry.Written))
        {
            left -= bytes;
            if (now - written > Kept || (left < 0 && now - written > InUse))
                Delete(path);
        }
    }

    private static (string Path, DateTimeOffset Written, long Bytes) Measure(string path)
    {
        try
        {
            var isFolder = !File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint) && Directory.Exists(path);
            FileInfo[] files = isFolder ? new DirectoryInfo(path).GetFiles() : [new FileInfo(path)];
            var written = files.Select(file => file.LastWriteTimeUtc).Append(isFolder ? Directory.GetLastWriteTimeUtc(path) : DateTime.MinValue).Max();
            return (path, new DateTimeOffset(written, TimeSpan.Zero), files.Sum(file => file.Length));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (path, DateTimeOffset.MaxValue, 0);
        }
    }

    // A folder that cannot be removed now is found again at the next start.
    private static void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path) && !File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
