using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Harness.GitGateway;

/// <summary>The gateway of one thread on a loopback port, behind an unguessable path. Disposing it ends its connections.</summary>
internal sealed class GitGatewayListener : IAsyncDisposable
{
    private readonly GitGatewayServer _server;
    private readonly GitGatewayThread _thread;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _prefix;
    private readonly Task _accepting;

    private GitGatewayListener(GitGatewayServer server, GitGatewayThread thread, TcpListener listener, string prefix)
    {
        (_server, _thread, _listener, _prefix) = (server, thread, listener, prefix);
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{_prefix}");
        _accepting = AcceptAsync();
    }

    internal static GitGatewayListener Start(GitGatewayServer server, GitGatewayThread thread, Uri? address)
    {
        if (address is not null)
        {
            var again = new TcpListener(IPAddress.Loopback, address.Port);
            try
            {
                again.Start();
                return new GitGatewayListener(server, thread, again, address.AbsolutePath);
            }
            catch (SocketException)
            {
                // Somebody else has the port now.
                again.Dispose();
            }
        }

        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new GitGatewayListener(server, thread, listener, $"/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}/");
    }

    /// <summary>The gateway's address, ending with a slash: what <see cref="GitSandboxEnvironment"/> wants.</summary>
    public Uri Url { get; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new HashSet<Task>();
        try
        {
            while (true)
            {
                var client = await Accepting.NextAsync(_listener.Server, _stop.Token).ConfigureAwait(false);
                connections.RemoveWhere(task => task.IsCompleted);
                connections.Add(ServeAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            await Task.WhenAll(connections).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        client.NoDelay = true;
        var stream = new NetworkStream(client, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
            await _server.ServeAsync(_thread, stream, _prefix, _stop.Token).ConfigureAwait(false);
    }
}
