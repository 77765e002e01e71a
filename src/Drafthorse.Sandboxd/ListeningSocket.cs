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

        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen(Backlog);
        return socket;
    }

    /// <summary>Takes over the socket that <c>launch</c> made.</summary>
    public static Socket Inherit(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));
}
