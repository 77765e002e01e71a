using Drafthorse.Harness.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Evaluation.Tasks;

/// <summary>Reads files of a task's folder: regular ones below it, through no link, bounded.</summary>
internal static class TaskFiles
{
    private const int MaxFiles = 5_000;
    private const int MaxFileBytes = 20 << 20;
    private const long MaxBytes = 100L << 20;
    private const UnixFileMode Run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>One file; null when there is none. Throws <see cref="TaskException"/>.</summary>
    public static byte[]? Read(string folder, string name, int maxBytes)
    {
        var path = Path.Combine(folder, name);
        if (new FileInfo(path) is { Exists: false, LinkTarget: null })
            return null;
        try
        {
            return RegularFile.Read(path, maxBytes, followLink: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TaskException($"{name} cannot be used: {exception.Message} A link is none; put the file itself there.", exception);
        }
    }

    /// <summary>All files below a folder of the task's, by path; null when there is no such folder. Throws <see cref="TaskException"/>.</summary>
    public static IReadOnlyList<TaskBlob>? ReadAll(string folder, string name)
    {
        var root = new DirectoryInfo(Path.Combine(folder, name));
        if (root.LinkTarget is not null)
            throw new TaskException($"{name} is a link; put the folder itself there.");
        if (!root.Exists)
            return File.Exists(root.FullName) ? throw new TaskException($"{name} must be a folder.") : null;
        var files = new List<TaskBlob>();
        Collect(root, "", name, files);
        return [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private static void Collect(DirectoryInfo folder, string prefix, string name, List<TaskBlob> files)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var path = prefix + entry.Name;
            if (entry.Name.Any(char.IsControl) || entry.Name.Contains('\\', StringComparison.Ordinal) || entry.Name.Equals(".git", StringComparison.OrdinalIgnoreCase))
                throw new TaskException($"{name}/{ForeignText.Name(path)} cannot be a file of a repository.");
            if (entry.LinkTarget is not null)
                throw new TaskException($"{name}/{ForeignText.Name(path)} is a link; put the file itself there.");
            if (entry is DirectoryInfo below)
                Collect(below, $"{path}/", name, files);
            else
                files.Add(ReadOne(entry.FullName, path, name));
            if (files.Count > MaxFiles || files.Sum(file => (long)file.Content.Length) > MaxBytes)
                throw new TaskException($"{name} has more than {MaxFiles:N0} files or {MaxBytes >> 20} MiB; use a git bundle.");
        }
    }

    private static TaskBlob ReadOne(string file, string path, string name)
    {
        try
        {
            var isProgram = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Run) != 0;
            return new TaskBlob(path, isProgram, RegularFile.Read(file, MaxFileBytes, followLink: false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TaskException($"{name}/{ForeignText.Name(path)} cannot be used: {exception.Message}", exception);
        }
    }
}
