using System.Net;
using System.Net.Sockets;

namespace Drafthorse.IntegrationTests.Threads.Postgres;

/// <summary>A TCP proxy that counts round trips (bytes of the client after bytes of the server) and can cut a connection before the server's answer.</summary>
public sealed class CountingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _target;
    private readonly Task _accepting;
    private int _roundTrips;
    private int _cutAfter = -1;

    public CountingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int RoundTrips => Volatile.Read(ref _roundTrips);

    /// <summary>How often a connection was cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts the connection of the round trip after <paramref name="count"/> more, when the server has answered it and the client has heard nothing.</summary>
    public void CutAfter(int count) => Volatile.Write(ref _cutAfter, RoundTrips + count);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            using var server = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
                var connection = new Connection();
                await Task.WhenAny(
                    PumpAsync(client, server, connection, isClient: true),
                    PumpAsync(server, client, connection, isClient: false));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
            {
                // One side has gone.
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Connection connection, bool isClient)
    {
        var buffer = new byte[64 * 1024];
        while (await from.GetStream().ReadAsync(buffer, _closing.Token) is > 0 and var read)
        {
            if (isClient && !connection.IsClientsTurn)
            {
                connection.IsClientsTurn = true;
                connection.Number = Interlocked.Increment(ref _roundTrips);
            }
            else if (!isClient)
            {
                connection.IsClientsTurn = false;
                if (connection.Number == Volatile.Read(ref _cutAfter))
                {
                    Cuts++;
                    Volatile.Write(ref _cutAfter, -1);
                    return;
                }
            }

            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _closing.Token);
        }
    }

    private sealed class Connection
    {
        public bool IsClientsTurn { get; set; }

        public int Number { get; set; }
    }
}
