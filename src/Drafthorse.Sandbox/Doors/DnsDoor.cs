using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Drafthorse.Sandbox.Doors;

/// <summary>The DNS server of a sandbox, on UDP and TCP.</summary>
internal sealed class DnsDoor : IAsyncDisposable
{
    private const int MaxTcpConnections = 16;
    private const int MaxTries = 20;
    private static readonly TimeSpan TcpIdleTime = TimeSpan.FromSeconds(10);

    private readonly NameTable _names;
    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly SemaphoreSlim _tcpPermits = new(MaxTcpConnections);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private DnsDoor(Socket udp, Socket tcp, NameTable names)
    {
        (_udp, _tcp, _names) = (udp, tcp, names);
        _running = Task.WhenAll(ServeUdpAsync(_stop.Token), AcceptTcpAsync(_stop.Token));
    }

    public int Port => ((IPEndPoint)_udp.LocalEndPoint!).Port;

    /// <summary>Opens both sockets or throws <see cref="SocketException"/>.</summary>
    public static DnsDoor Open(int port, NameTable names)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return Bind(port, names);
            }
            catch (SocketException) when (port == 0 && tries < MaxTries)
            {
                // A port that is free for one protocol may be taken for the other.
            }
        }
    }

    private static DnsDoor Bind(int port, NameTable names)
    {
        var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            tcp.Bind(udp.LocalEndPoint!);
            tcp.Listen(MaxTcpConnections);
            return new DnsDoor(udp, tcp, names);
        }
        catch
        {
            udp.Dispose();
            tcp.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _udp.Dispose();
        _tcp.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeUdpAsync(CancellationToken cancellationToken)
    {
        var query = new byte[4096];
        var reply = new byte[DnsMessage.MaxReply];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(query, SocketFlags.None, sender, cancellationToken).ConfigureAwait(false);
                var length = DnsMessage.Answer(query.AsSpan(0, received), _names, reply);
                if (length > 0)
                    await _udp.SendToAsync(reply.AsMemory(0, length), SocketFlags.None, sender, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException) when (!cancellationToken.IsCancellationRequested)
            {
                // One client's ICMP error or oversized datagram must not close the door for the others.
            }
        }
    }

    private async Task AcceptTcpAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await _tcpPermits.WaitAsync(cancellationToken).ConfigureAwait(false);
            var client = await Accepting.NextAsync(_tcp, cancellationToken).ConfigureAwait(false);
            _ = ServeTcpAsync(client, cancellationToken);
        }
    }

    private async Task ServeTcpAsync(Socket client, CancellationToken cancellationToken)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            using var stream = new NetworkStream(client, ownsSocket: true);
            var buffer = new byte[4096];
            var reply = new byte[2 + DnsMessage.MaxReply];
            while (true)
            {
                idle.CancelAfter(TcpIdleTime);
                await stream.ReadExactlyAsync(buffer.AsMemory(0, 2), idle.Token).ConfigureAwait(false);
                int length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
                if (length > buffer.Length)
                    return;
                await stream.ReadExactlyAsync(buffer.AsMemory(0, length), idle.Token).ConfigureAwait(false);

                length = DnsMessage.Answer(buffer.AsSpan(0, length), _names, reply.AsSpan(2));
                if (length == 0)
                    return;
                BinaryPrimitives.WriteUInt16BigEndian(reply, (ushort)length);
                await stream.WriteAsync(reply.AsMemory(0, 2 + length), idle.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // The client left, or was idle for too long.
        }
        finally
        {
            _tcpPermits.Release();
        }
    }
}
