using System.Net.Sockets;

namespace Drafthorse.Sandbox.Doors;

/// <summary>Accepts connections.</summary>
internal static class Accepting
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The next connection. An error of one connection, or a process without free file descriptors, does not end the listener.</summary>
    public static async Task<Socket> NextAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
