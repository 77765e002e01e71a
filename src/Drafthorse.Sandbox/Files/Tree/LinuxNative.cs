using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Files.Tree;

/// <summary>The system calls of <see cref="LinuxFolder"/>. Those without a wrapper in every libc go by number.</summary>
internal static unsafe partial class LinuxNative
{
    public const int WriteOnly = 1, Create = 0x40, Exclusive = 0x80, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000, PathOnly = 0x200000;
    public const int CurrentFolder = -100, NoFollow = 0x100, RemoveFolder = 0x200, EmptyPath = 0x1000;
    public const int NoEntry = 2, Exists = 17, NotFolder = 20, InvalidArgument = 22, TooManyLinks = 40;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static readonly int FolderOnly = IsArm ? 0x4000 : 0x10000;
    public static readonly int NoLinks = IsArm ? 0x8000 : 0x20000;

    private static readonly nint StatNumber = IsX64 ? 332 : 291;
    private static readonly nint EntriesNumber = IsX64 ? 217 : 61;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string path, int flags, uint mode);

    /// <summary>The path ends with a zero.</summary>
    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int folder, byte[] path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(SafeFileHandle folder, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ReadLinkAt(SafeFileHandle folder, string path, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolderAt(SafeFileHandle folder, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(SafeFileHandle folder, string path, SafeFileHandle targetFolder, string target);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeFileHandle folder, string path, int flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int StatFileSystem(SafeFileHandle file, byte* buffer);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Stat(nint number, SafeFileHandle folder, string path, nint flags, nint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Entries(nint number, SafeFileHandle folder, byte* buffer, nint size);

    /// <summary>statx(2), whose structure is the same on every architecture.</summary>
    public static EntryFacts? Stat(SafeFileHandle folder, string name, string display)
    {
        const int BasicStats = 0x7ff;
        var buffer = stackalloc byte[256];
        if (Stat(StatNumber, folder, name, NoFollow | EmptyPath, BasicStats, buffer) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno == NoEntry ? null : throw FileException.FromErrno(errno, display);
        }

        var mode = *(ushort*)(buffer + 28);
        var kind = (mode & 0xF000) switch { 0x8000 => EntryKind.File, 0x4000 => EntryKind.Folder, 0xA000 => EntryKind.Link, _ => EntryKind.Other };
        return new EntryFacts(kind, *(long*)(buffer + 40), Time(buffer + 112), Time(buffer + 96), mode & 0xFFF, *(ulong*)(buffer + 32), *(uint*)(buffer + 20), *(uint*)(buffer + 24));
    }

    /// <summary>getdents64(2): fills the buffer with entries; 0 at the end.</summary>
    public static int Entries(SafeFileHandle folder, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            return (int)Entries(EntriesNumber, folder, start, buffer.Length);
        }
    }

    /// <summary>Whether the file lives in one of the kernel's own file systems (proc, sys, cgroup, ...), whose reads have effects or never end.</summary>
    public static bool IsKernelFile(SafeFileHandle file)
    {
        var buffer = stackalloc byte[256];
        return StatFileSystem(file, buffer) == 0
            && (uint)*(nint*)buffer is 0x9fa0 or 0x62656572 or 0x1cd1 or 0x63677270 or 0x27e0eb or 0x64626720 or 0x74726163 or 0x73636673 or 0xcafe4a11;
    }

    private static DateTimeOffset Time(byte* field)
    {
        var seconds = Math.Clamp(*(long*)field, -62_135_596_800, 253_402_300_799);
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(*(uint*)(field + 8) / 100);
    }
}
