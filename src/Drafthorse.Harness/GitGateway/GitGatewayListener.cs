using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Harness.GitGateway;

/// <summary>The gateway of one thread on a loopback port, behind an unguessable path. Disposing it ends its connections.</summary>
public sealed class GitGatewayListener : IAsyncDisposable
{
    private readonly GitGatewayServer _server;
    private readonly GitGatewayThread _thread;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _prefix;
    private readonly Task _accepting;

    internal GitGatewayListener(GitGatewayServer server, GitGatewayThread thread)
    {
        _server = server;
        _thread = thread;
        _prefix = $"/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}/";
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{_prefix}");
        _accepting = AcceptAsync();
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
