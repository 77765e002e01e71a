using System.Runtime.InteropServices;
using System.Text;
using Drafthorse.Sandbox.Files.Tree;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Files;

/// <summary>
/// The way to read a file of this machine that a person or a repository named. Only a regular file is opened, and no other thing is
/// waited for: a pipe without a writer, a device, a socket, a file that the kernel makes up. Its errors are those of
/// <see cref="File.OpenRead(string)"/>.
/// </summary>
internal static class RegularFile
{
    /// <summary>Opens a file for reading. Links in its path are followed; whether one at the end is, is asked for.</summary>
    /// <param name="path">The path; names that are not UTF-8 as <see cref="FileName"/> has them.</param>
    /// <param name="followLink">False: a link is no regular file.</param>
    /// <exception cref="IOException">It is not there, is no regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refuses access.</exception>
    public static FileStream Open(string path, bool followLink = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FileStream(OperatingSystem.IsLinux() ? OpenOnLinux(path, followLink) : OpenElsewhere(path, followLink), FileAccess.Read);
    }

    /// <summary>All bytes of a file.</summary>
    /// <param name="path">The path, as for <see cref="Open(string, bool)"/>.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <param name="followLink">False: a link is no regular file.</param>
    /// <exception cref="IOException">It is larger, or as for <see cref="Open(string, bool)"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refuses access.</exception>
    public static byte[] Read(string path, int most, bool followLink = true)
    {
        using var file = Open(path, followLink);
        var buffer = new byte[Math.Min(most, Math.Max(0, file.Length)) + 1];
        var filled = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return filled <= most && filled < buffer.Length
            ? buffer[..filled]
            : throw new IOException($"The file is too large, or grows while it is read: at most {most:N0} bytes are taken.");
    }

    /// <summary>All text of a file, as UTF-8 without its byte order mark.</summary>
    /// <param name="path">The path, as for <see cref="Open(string, bool)"/>.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="IOException">It is larger, or as for <see cref="Open(string, bool)"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refuses access.</exception>
    public static string ReadText(string path, int most)
    {
        ReadOnlySpan<byte> bytes = Read(path, most);
        return Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
    }

    private static SafeFileHandle OpenOnLinux(string path, bool followLink)
    {
        // Opening a device can do something by itself, so it is looked at first; and again, as it may be another one by then.
        var link = followLink ? 0 : LinuxNative.NoLinks;
        using (var seen = Open(path, LinuxNative.PathOnly | link))
        {
            Check(seen);
        }

        var opened = Open(path, LinuxNative.NonBlocking | LinuxNative.NoTerminal | link);
        try
        {
            Check(opened);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        var descriptor = LinuxNative.OpenAt(LinuxNative.CurrentFolder, [.. FileName.Encode(path), 0], flags | LinuxNative.CloseOnExec, 0);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Refusal(FileException.FromErrno(Marshal.GetLastPInvokeError(), path));
    }

    private static void Check(SafeFileHandle handle)
    {
        try
        {
            if (LinuxNative.Stat(handle, "", "") is not { Kind: EntryKind.File } || LinuxNative.IsKernelFile(handle))
            {
                throw NotRegular();
            }
        }
        catch (FileException exception)
        {
            throw Refusal(exception);
        }
    }

    private static SafeFileHandle OpenElsewhere(string path, bool followLink)
    {
        var target = (followLink ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
        try
        {
            using var folder = Folder.OpenRoot(Path.GetDirectoryName(target)!);
            return folder.OpenFile(Path.GetFileName(target), path);
        }
        catch (FileException exception)
        {
            throw Refusal(exception);
        }
    }

    private static IOException NotRegular() => new("It is not a regular file.");

    /// <summary>What is said to a person; the messages of file tools advise a model.</summary>
    private static Exception Refusal(FileException exception) => exception.Kind switch
    {
        FileErrorKind.NotFound => new FileNotFoundException("There is no such file.", exception),
        FileErrorKind.Denied => new UnauthorizedAccessException("It may not be read: access is denied.", exception),
        FileErrorKind.WrongKind or FileErrorKind.Changed => new IOException(NotRegular().Message, exception),
        _ => new IOException($"It cannot be read: {exception.Message}", exception),
    };
}
