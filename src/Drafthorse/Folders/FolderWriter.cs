using Drafthorse.Folders.Snapshots;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Folders;

/// <summary>
/// Changes files of a folder as strangers wish: only regular files and links below the root, through no link, never what git would run
/// or obey on this machine, and no link that leads out.
/// </summary>
internal sealed class FolderWriter(string root, IReadOnlyList<string> obeyed)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode Everything = Runnable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Why a change is not made; null when it may be.</summary>
    public string? WhyNot(FolderChange change)
    {
        var parts = change.Path.Split('/');
        if (parts.Any(part => part is "" or "." or "..") || change.Path.Contains('\\', StringComparison.Ordinal) && OperatingSystem.IsWindows())
            return "its path is not below the folder";
        if (parts.Any(part => part.Equals(".git", StringComparison.OrdinalIgnoreCase)))
            return "it is git's own";

        // A folder with HEAD, objects and refs is a repository to git, whose configuration may name programs to run.
        if (parts[^1].Equals("HEAD", StringComparison.OrdinalIgnoreCase))
            return "git takes a folder with a file of this name for a repository, and obeys its configuration";
        if (obeyed.Any(own => own == "." || change.Path.Equals(own, StringComparison.OrdinalIgnoreCase) || change.Path.StartsWith($"{own}/", StringComparison.OrdinalIgnoreCase)))
            return "git obeys what is in this folder on this machine, such as hooks";
        if (change.NewMode == FolderChange.Repository || change.OldMode == FolderChange.Repository)
            return "it is a git repository of its own";
        if (change.NewMode is not (0 or FolderChange.File or FolderChange.Program or FolderChange.Link))
            return "it is neither a file nor a link";
        return WhyNotThrough(parts);
    }

    /// <summary>Whether there is a file or a link at a path.</summary>
    public static bool IsThere(string root, string path) => new FileInfo(Path.Combine(root, path)) is var file && (file.Exists || file.LinkTarget is not null);

    /// <summary>Removes what is there, and the folders that became empty.</summary>
    public void Delete(string path)
    {
        File.Delete(At(path));
        for (var parent = Path.GetDirectoryName(path); !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
        {
            var folder = At(parent);
            if (!Directory.Exists(folder) || Directory.EnumerateFileSystemEntries(folder).Any())
                return;
            Directory.Delete(folder);
        }
    }

    /// <summary>Puts a file in place, as a whole. Its mode stays, but for the right to run it.</summary>
    public async Task WriteFileAsync(FolderChange change, Func<Stream, Task> write)
    {
        var target = At(change.Path);
        CreateFolder(Path.GetDirectoryName(target)!);
        if (new DirectoryInfo(target) is { Exists: true, LinkTarget: null } empty)
            empty.Delete();
        var beside = Path.Combine(Path.GetDirectoryName(target)!, $".drafthorse-{Guid.NewGuid():N}");
        try
        {
            await using (var file = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
                await write(file);
            if (!OperatingSystem.IsWindows())
            {
                var old = new FileInfo(target) is { Exists: true, LinkTarget: null } ? File.GetUnixFileMode(target) : (UnixFileMode?)null;
                var execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
                if (change.NewMode == FolderChange.Program)
                    File.SetUnixFileMode(beside, (old ?? Runnable & ~CreationMask.Given) | (Runnable & execute & ~CreationMask.Given) | UnixFileMode.UserExecute);
                else
                    File.SetUnixFileMode(beside, (old ?? (Readable & ~CreationMask.Given)) & ~execute);
            }

            File.Move(beside, target, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Puts a link in place. Returns why not when it leads out of the folder.</summary>
    public string? WriteLink(FolderChange change, string target)
    {
        var place = At(change.Path);
        var leads = Path.GetFullPath(target, Path.GetDirectoryName(place)!);
        if (target.Length == 0 || Path.IsPathRooted(target) || TurnsBack(target) || (leads != root && !leads.StartsWith($"{root}/", StringComparison.Ordinal)))
            return $"it is a link that leads out of the folder, to {target}";
        if (Path.GetRelativePath(root, leads).Split('/').Any(part => part.Equals(".git", StringComparison.OrdinalIgnoreCase)))
            return "it is a link into what is git's own";
        CreateFolder(Path.GetDirectoryName(place)!);
        if (new DirectoryInfo(place) is { Exists: true, LinkTarget: null } empty)
            empty.Delete();
        File.Delete(place);
        File.CreateSymbolicLink(place, target);
        return null;
    }

    /// <summary>Makes folders as the person's other programs would.</summary>
    private static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        CreateFolder(Path.GetDirectoryName(path)!);
        var folder = Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode = Everything & ~CreationMask.Given;
    }

    /// <summary>A way up after a way down may lead through another link, and then elsewhere than it reads.</summary>
    private static bool TurnsBack(string target) => target.Split('/').SkipWhile(part => part is ".." or "." or "").Contains("..");

    private string At(string path) => Path.Combine(root, path);

    private string? WhyNotThrough(string[] parts)
    {
        var at = root;
        foreach (var part in parts[..^1])
        {
            at = Path.Combine(at, part);
            if (new FileInfo(at).LinkTarget is not null)
                return "a link is on the way to it";
            if (File.Exists(at))
                return "a file is where its folder would be";
            if (!Directory.Exists(at))
                return null;
        }

        var place = Path.Combine(at, parts[^1]);
        return new DirectoryInfo(place) is { Exists: true, LinkTarget: null } && Directory.EnumerateFileSystemEntries(place).Any() ? "a folder is in its place" : null;
    }
}
