using System.Net.Sockets;

namespace Drafthorse.Sandboxd;

/// <summary>A daemon's unix socket.</summary>
internal static class ListeningSocket
{
    private const int Backlog = 1024;

    /// <summary>Makes the socket anew, for its owner only.</summary>
    public static Socket Listen(string path)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // Bound under another name and then renamed: nobody sees it half made, and .NET, which removes the name that it bound when the
        // process ends, does not find it.
        string bound = path + "~";
        File.Delete(bound);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(bound));
        File.SetUnixFileMode(bound, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen(Backlog);
        File.Move(bound, path, overwrite: true);
        return socket;
    }

    /// <summary>Takes over the socket that <c>launch</c> made.</summary>
    public static Socket Inherit(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));
}
