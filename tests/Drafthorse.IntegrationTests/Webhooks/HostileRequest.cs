using System.Net.Sockets;
using System.Text;

namespace Drafthorse.IntegrationTests.Webhooks;

/// <summary>A request that sends what it can of a body just under 1 MiB, and then holds the line.</summary>
internal sealed class HostileRequest : IDisposable
{
    public const int Size = (1024 * 1024) - 1;

    private const string Delivery = "X-GitHub-Event: issues\r\nX-GitHub-Delivery: x\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=";

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static string Plausible { get; } = $"POST /webhooks/github HTTP/1.1\r\nHost: x\r\n{Delivery}{new string('0', 64)}\r\nContent-Length: {Size}\r\n\r\n";

    public static string Chunked { get; } = $"POST /webhooks/github HTTP/1.1\r\nHost: x\r\n{Delivery}{new string('0', 64)}\r\nTransfer-Encoding: chunked\r\n\r\n{Size + 1:x}\r\n";

    public static string Unsigned { get; } = $"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: issues\r\nContent-Type: application/json\r\nContent-Length: {Size}\r\n\r\n";

    public static string WithoutToken { get; } = $"POST /api/threads HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Size}\r\n\r\n";

    /// <summary>Sends until all but the last byte is sent, or the server has enough of it.</summary>
    public async Task SendAsync(Uri server, string head, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.ConnectAsync(server.Host, server.Port, cancellationToken);
            await _socket.SendAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
            var block = new byte[64 * 1024];
            Array.Fill(block, (byte)' ');
            for (var left = Size - 1; left > 0;)
                left -= await _socket.SendAsync(block.AsMemory(0, Math.Min(block.Length, left)), cancellationToken);
        }
        catch (SocketException)
        {
            // Refused on the way.
        }
    }

    /// <summary>One byte more; false when the server has closed the connection.</summary>
    public bool Drip()
    {
        try
        {
            return _socket.Send(" "u8) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
