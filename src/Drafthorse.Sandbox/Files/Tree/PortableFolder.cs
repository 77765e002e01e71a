using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Files.Tree;

/// <summary>
/// A folder by its path, for systems whose descriptors .NET does not reach. It looks at each name before it uses it, so a link
/// that is swapped in between can win: good enough for local mode, which isolates nothing.
/// </summary>
internal sealed partial class PortableFolder(string path) : Folder
{
    public static new PortableFolder OpenRoot(string path) => Directory.Exists(path) ? new PortableFolder(path) : throw FileException.NotFound(path);

    public override Folder? TryOpenFolder(string name) => name == "." ? new PortableFolder(path) : Stat(name) is { Kind: EntryKind.Folder } ? new PortableFolder(In(name)) : null;

    public override string? TryReadLink(string name) => new FileInfo(In(name)).LinkTarget;

    public override EntryFacts? Stat(string name)
    {
        FileSystemInfo info = new FileInfo(In(name));
        if (info.LinkTarget is null && !info.Exists)
        {
            info = new DirectoryInfo(In(name));
            if (!info.Exists)
            {
                return null;
            }
        }

        var mode = OperatingSystem.IsWindows() ? 0 : (int)info.UnixFileMode;
        return new EntryFacts(KindOf(info), info is FileInfo { Exists: true } file ? file.Length : 0, info.LastWriteTimeUtc, default, mode, 0, 0, 0);
    }

    public override SafeFileHandle OpenFile(string name, string display) => Guard(display, () =>
        Stat(name) switch
        {
            null => throw FileException.NotFound(display),
            { Kind: not EntryKind.File } facts => throw NotRegular(facts.Kind, display),
            _ => OpenSeekable(In(name), display),
        });

    public override List<FolderEntry> Entries(string display) => Guard(display, () =>
        new DirectoryInfo(path).EnumerateFileSystemInfos().Select(info => new FolderEntry(info.Name, KindOf(info))).ToList());

    public override void CreateFolder(string name, string display) => Guard(display, () => Directory.CreateDirectory(In(name)));

    public override SafeFileHandle CreateFile(string name, bool secret, string display) =>
        Guard(display, () => File.OpenHandle(In(name), FileMode.CreateNew, FileAccess.Write));

    public override void CopyOwnerAndMode(SafeFileHandle file, EntryFacts from)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (UnixFileMode)(from.Mode & 0x1FF));
        }
    }

    public override void Rename(string name, Folder target, string targetName, string display) => Guard(display, () =>
    {
        File.Move(In(name), ((PortableFolder)target).In(targetName), overwrite: true);
        return true;
    });

    public override void Remove(string name, bool isFolder, string display) => Guard(display, () =>
    {
        if (isFolder)
        {
            Directory.Delete(In(name));
        }
        else
        {
            File.Delete(In(name));
        }

        return true;
    });

    public override void Dispose()
    {
    }

    private static T Guard<T>(string display, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileException.From(exception, display);
        }
    }

    private static EntryKind KindOf(FileSystemInfo info) =>
        info.LinkTarget is not null ? EntryKind.Link
        : info.Attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder
        : info.Attributes.HasFlag(FileAttributes.Device) ? EntryKind.Other
        : EntryKind.File;

    // .NET has no word for a pipe, and opening one the usual way waits for its writer.
    private static SafeFileHandle OpenSeekable(string file, string display)
    {
        const int End = 2;
        var flags = OperatingSystem.IsMacOS() ? 0x1000104 : LinuxNative.NonBlocking | LinuxNative.NoLinks | LinuxNative.CloseOnExec;
        var descriptor = Open(file, flags);
        if (descriptor < 0)
        {
            throw FileException.FromErrno(Marshal.GetLastPInvokeError(), display);
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Seek(handle, 0, End) >= 0 && Seek(handle, 0, 0) == 0)
        {
            return handle;
        }

        handle.Dispose();
        throw NotRegular(EntryKind.Other, display);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int origin);

    private string In(string name) => name == "." ? path : Path.Combine(path, name);
}
