using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Files.Tree;

/// <summary>A folder by its descriptor: what is swapped in its path afterwards changes nothing.</summary>
internal sealed class LinuxFolder(SafeFileHandle handle) : Folder
{
    public static new LinuxFolder OpenRoot(string path)
    {
        var descriptor = LinuxNative.OpenAt(LinuxNative.CurrentFolder, path, LinuxNative.PathOnly | LinuxNative.FolderOnly | LinuxNative.CloseOnExec, 0);
        return descriptor >= 0
            ? new LinuxFolder(new SafeFileHandle(descriptor, ownsHandle: true))
            : throw FileException.FromErrno(Marshal.GetLastPInvokeError(), path);
    }

    public override Folder? TryOpenFolder(string name)
    {
        var opened = TryOpen(name, LinuxNative.PathOnly | LinuxNative.FolderOnly, out var errno);
        return opened is not null ? new LinuxFolder(opened)
            : errno is LinuxNative.NoEntry or LinuxNative.NotFolder or LinuxNative.TooManyLinks ? null
            : throw FileException.FromErrno(errno, name);
    }

    public override unsafe string? TryReadLink(string name)
    {
        const int Size = 4096;
        var buffer = stackalloc byte[Size];
        var length = LinuxNative.ReadLinkAt(handle, name, buffer, Size);
        if (length >= 0)
        {
            return Encoding.UTF8.GetString(buffer, (int)length);
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is LinuxNative.InvalidArgument or LinuxNative.NoEntry or LinuxNative.NotFolder ? null : throw FileException.FromErrno(errno, name);
    }

    public override EntryFacts? Stat(string name) => LinuxNative.Stat(handle, name, name);

    public override SafeFileHandle OpenFile(string name, string display)
    {
        var before = Stat(name) ?? throw FileException.NotFound(display);
        if (before.Kind != EntryKind.File)
        {
            throw NotRegular(before.Kind, display);
        }

        var opened = TryOpen(name, LinuxNative.NonBlocking | LinuxNative.NoTerminal, out var errno) ?? throw FileException.FromErrno(errno, display);
        try
        {
            var after = LinuxNative.Stat(opened, "", display);
            if (after is not { Kind: EntryKind.File } || LinuxNative.IsKernelFile(opened))
            {
                throw NotRegular(after?.Kind ?? EntryKind.Other, display);
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public override List<FolderEntry> Entries(string display)
    {
        using var readable = TryOpen(".", LinuxNative.FolderOnly, out var errno) ?? throw FileException.FromErrno(errno, display);
        var entries = new List<FolderEntry>();
        Span<byte> buffer = stackalloc byte[16 * 1024];
        while (true)
        {
            var filled = LinuxNative.Entries(readable, buffer);
            if (filled <= 0)
            {
                return filled == 0 ? entries : throw FileException.FromErrno(Marshal.GetLastPInvokeError(), display);
            }

            for (var rest = buffer[..filled]; rest.Length > 0; rest = rest[BinaryPrimitives.ReadUInt16LittleEndian(rest[16..])..])
            {
                var nameBytes = rest[19..BinaryPrimitives.ReadUInt16LittleEndian(rest[16..])];
                var name = Encoding.UTF8.GetString(nameBytes[..nameBytes.IndexOf((byte)0)]);
                if (name is not ("." or ".."))
                {
                    entries.Add(new FolderEntry(name, KindOf(rest[18], name)));
                }
            }
        }
    }

    public override void CreateFolder(string name, string display)
    {
        if (LinuxNative.MakeFolderAt(handle, name, 0x1FF) != 0 && Marshal.GetLastPInvokeError() is var errno and not LinuxNative.Exists)
        {
            throw FileException.FromErrno(errno, display);
        }
    }

    public override SafeFileHandle CreateFile(string name, bool secret, string display)
    {
        var flags = LinuxNative.WriteOnly | LinuxNative.Create | LinuxNative.Exclusive;
        return TryOpen(name, flags, out var errno, secret ? 0x180u : 0x1B6u) ?? throw FileException.FromErrno(errno, display);
    }

    public override void CopyOwnerAndMode(SafeFileHandle file, EntryFacts from)
    {
        // Only root may give a file away; for others the new file is theirs, as with any editor.
        _ = LinuxNative.ChangeOwner(file, from.Owner, from.Group);
        _ = LinuxNative.ChangeMode(file, (uint)from.Mode & 0x1FF);
    }

    public override void Rename(string name, Folder target, string targetName, string display) =>
        Check(LinuxNative.RenameAt(handle, name, ((LinuxFolder)target).Handle, targetName), display);

    public override void Remove(string name, bool isFolder, string display) =>
        Check(LinuxNative.UnlinkAt(handle, name, isFolder ? LinuxNative.RemoveFolder : 0), display);

    public override void Dispose() => handle.Dispose();

    private SafeFileHandle Handle => handle;

    private static void Check(int result, string display)
    {
        if (result != 0)
        {
            throw FileException.FromErrno(Marshal.GetLastPInvokeError(), display);
        }
    }

    private SafeFileHandle? TryOpen(string name, int flags, out int errno, uint mode = 0)
    {
        var descriptor = LinuxNative.OpenAt(handle, name, flags | LinuxNative.NoLinks | LinuxNative.CloseOnExec, mode);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private EntryKind KindOf(byte type, string name) => type switch
    {
        8 => EntryKind.File,
        4 => EntryKind.Folder,
        10 => EntryKind.Link,
        0 => Stat(name)?.Kind ?? EntryKind.Other,
        _ => EntryKind.Other,
    };
}
