using System.Net.Sockets;

namespace Drafthorse.Sandbox.Doors;

/// <summary>Tells the other end of a duplex stream that nothing more will be written, while reading goes on.</summary>
public static class HalfClose
{
    /// <summary>Half-closes a socket's stream; a stream that has no such thing is left as it is.</summary>
    public static ValueTask CompleteWritesAsync(Stream stream, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (stream is NetworkStream { Socket: var socket })
            socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }
}
