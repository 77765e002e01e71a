using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Files.Tree;

/// <summary>
/// An open folder. Every operation takes one name in it and follows no link, so that whoever walks with it decides about
/// each link. All throw <see cref="FileException"/>.
/// </summary>
internal abstract class Folder : IDisposable
{
    /// <summary>Opens a root, which is trusted: links in its own path are followed.</summary>
    public static Folder OpenRoot(string path) => OperatingSystem.IsLinux() ? LinuxFolder.OpenRoot(path) : PortableFolder.OpenRoot(path);

    /// <summary>The folder of that name, or null when there is none: nothing, a link, a file.</summary>
    public abstract Folder? TryOpenFolder(string name);

    /// <summary>Where the link of that name points, or null when it is no link.</summary>
    public abstract string? TryReadLink(string name);

    /// <summary>The entry's facts, or null when there is none.</summary>
    public abstract EntryFacts? Stat(string name);

    /// <summary>Opens a regular file for reading; refuses all else without blocking on it.</summary>
    public abstract SafeFileHandle OpenFile(string name, string display);

    /// <summary>The names in the folder, without <c>.</c> and <c>..</c>, in no order.</summary>
    public abstract List<FolderEntry> Entries(string display);

    /// <summary>Makes a folder; one that exists is no error.</summary>
    public abstract void CreateFolder(string name, string display);

    /// <summary>Makes a file that did not exist.</summary>
    public abstract SafeFileHandle CreateFile(string name, bool secret, string display);

    /// <summary>Gives an open file the mode and, where the system allows, the owner of another.</summary>
    public abstract void CopyOwnerAndMode(SafeFileHandle file, EntryFacts from);

    /// <summary>Moves a file over whatever file has the target's name.</summary>
    public abstract void Rename(string name, Folder target, string targetName, string display);

    /// <summary>Removes a file or link, or an empty folder.</summary>
    public abstract void Remove(string name, bool isFolder, string display);

    public abstract void Dispose();

    protected static FileException NotRegular(EntryKind kind, string display) => kind == EntryKind.Folder
        ? new(FileErrorKind.WrongKind, $"{display} is a folder. Use list_files to see what it holds.")
        : new(FileErrorKind.WrongKind, $"{display} is a pipe, socket or device, not a regular file. Use execute if it must be read.");
}
