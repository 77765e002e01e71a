using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Doors;

/// <summary>A listening port whose connections go through the wire: the proxy, or a port on every synthetic address.</summary>
internal sealed class ListenerDoor : IAsyncDisposable
{
    private const int Backlog = 512;
    private const int BufferSize = 64 * 1024;
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
        var all = names is not null && Socket.OSSupportsIPv6;
        var listener = new Socket(all ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (all)
                listener.DualMode = true;
            listener.Bind(new IPEndPoint(all ? IPAddress.IPv6Any : names is not null ? IPAddress.Any : IPAddress.Loopback, port));
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
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or TimeoutException or SandboxCallException)
        {
            // The client left, or no host is attached: the client sees its connection closed, as with any network that fails.
        }
        finally
        {
            _permits.Release();
        }
    }

    /// <summary>Where the client wants to go; null when it meant this sandbox itself, or a name whose address another one has now.</summary>
    private TunnelRequest? Identify(Socket client)
    {
        if (_names is null)
            return new TunnelRequest(TunnelDoor.Proxy, "", 0);
        if (client.LocalEndPoint is not IPEndPoint local)
            return null;
        var address = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        if (!IPAddress.IsLoopback(address))
            return new TunnelRequest(TunnelDoor.Port, new IPAddress(address.GetAddressBytes()).ToString(), local.Port);
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var length) && length == 4 && _names.TryGetName(BinaryPrimitives.ReadUInt32BigEndian(bytes), out var name)
            ? new TunnelRequest(TunnelDoor.Port, name, local.Port)
            : null;
    }

    private static async Task RelayAsync(Socket client, Stream tunnel, CancellationToken cancellationToken)
    {
        using var stream = new NetworkStream(client, ownsSocket: false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = SendAsync(stream, tunnel, ending.Token);
        var down = AnswerAsync(tunnel, stream, ending.Token);

        await Task.WhenAny(up, down).ConfigureAwait(false);
        if (up.IsFaulted)
            await ending.CancelAsync().ConfigureAwait(false);
        await down.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!down.IsCompletedSuccessfully)
        {
            // Cut off: the client must not take what it has got for all there is, so it sees a reset.
            await ending.CancelAsync().ConfigureAwait(false);
            await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            client.LingerState = new LingerOption(true, 0);
            return;
        }

        // A last word of the host (why it refused) is lost if the socket is closed while the client still sends: read on for a moment.
        ending.CancelAfter(LingerTime);
        await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task SendAsync(NetworkStream client, Stream tunnel, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var taken = true;
            int count;
            while ((count = await client.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                taken = taken && await TrySendAsync(tunnel, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            if (taken)
                await HalfClose.CompleteWritesAsync(tunnel, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>False when the host takes no more: what it still has to say comes the other way.</summary>
    private static async ValueTask<bool> TrySendAsync(Stream tunnel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await tunnel.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SandboxCallException or IOException)
        {
            return false;
        }
    }

    private static async Task AnswerAsync(Stream tunnel, NetworkStream client, CancellationToken cancellationToken)
    {
        await tunnel.CopyToAsync(client, BufferSize, cancellationToken).ConfigureAwait(false);
        client.Socket.Shutdown(SocketShutdown.Send);
    }
}
