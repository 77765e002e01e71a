using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Drafthorse.Sandbox.Doors;

/// <summary>A listening port whose connections go through the wire: the proxy, or a port on every synthetic address.</summary>
internal sealed class ListenerDoor : IAsyncDisposable
{
    private const int Backlog = 512;
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    private readonly Socket _listener;
    private readonly NameTable? _names;
    private readonly Func<TunnelRequest, CancellationToken, Task<Stream>> _open;
    private readonly SemaphoreSlim _permits;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private ListenerDoor(Socket listener, NameTable? names, SemaphoreSlim permits, Func<TunnelRequest, CancellationToken, Task<Stream>> open)
    {
        (_listener, _names, _permits, _open) = (listener, names, permits, open);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _running = AcceptAsync(_stop.Token);
    }

    public int Port { get; }

    /// <summary>Opens the port: the proxy on 127.0.0.1 when <paramref name="names"/> is null, else a port on all addresses. Throws
    /// <see cref="SocketException"/>.</summary>
    public static ListenerDoor Open(
        int port, NameTable? names, SemaphoreSlim permits, Func<TunnelRequest, CancellationToken, Task<Stream>> open)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(names is null ? IPAddress.Loopback : IPAddress.Any, port));
            listener.Listen(Backlog);
            return new ListenerDoor(listener, names, permits, open);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await _permits.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var client = await Accepting.NextAsync(_listener, cancellationToken).ConfigureAwait(false);
                _ = ServeAsync(client, cancellationToken);
            }
            catch
            {
                _permits.Release();
                throw;
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                if (Identify(client) is not { } request)
                    return;
                var tunnel = await _open(request, cancellationToken).ConfigureAwait(false);
                await using var closing = tunnel.ConfigureAwait(false);
                await RelayAsync(client, tunnel, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client left, or no host is attached: the client sees its connection closed, as with any network that fails.
        }
        finally
        {
            _permits.Release();
        }
    }

    private TunnelRequest? Identify(Socket client)
    {
        if (_names is null)
            return new TunnelRequest(TunnelDoor.Proxy, "", 0);
        Span<byte> address = stackalloc byte[4];
        return client.LocalEndPoint is IPEndPoint local
            && local.Address.TryWriteBytes(address, out _)
            && _names.TryGetName(BinaryPrimitives.ReadUInt32BigEndian(address), out var name)
            ? new TunnelRequest(TunnelDoor.Port, name, local.Port)
            : null;
    }

    private static async Task RelayAsync(Socket client, Stream tunnel, CancellationToken cancellationToken)
    {
        using var stream = new NetworkStream(client, ownsSocket: false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = CopyAsync(stream, tunnel, ending.Token);
        var down = CopyAsync(tunnel, stream, ending.Token);

        await Task.WhenAny(up, down).ConfigureAwait(false);
        if (up.IsFaulted)
            await ending.CancelAsync().ConfigureAwait(false);
        await down.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A last word of the host (why it refused) is lost if the socket is closed while the client still sends: read on for a moment.
        ending.CancelAfter(LingerTime);
        await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        await from.CopyToAsync(to, 32 * 1024, cancellationToken).ConfigureAwait(false);
        await HalfClose.CompleteWritesAsync(to, cancellationToken).ConfigureAwait(false);
    }
}
