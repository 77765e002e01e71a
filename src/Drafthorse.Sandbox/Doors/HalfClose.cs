using System.Net.Sockets;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Doors;

/// <summary>Tells the other end of a duplex stream that nothing more will be written, while reading goes on.</summary>
internal static class HalfClose
{
    /// <summary>Half-closes a stream of the wire or of a socket, where that has not happened yet; any other stream is left as it is.</summary>
    public static async ValueTask CompleteWritesAsync(Stream stream, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (stream is WireStream wire)
            await wire.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
        else if (stream is NetworkStream { Socket: var socket })
            socket.Shutdown(SocketShutdown.Send);
    }
}
