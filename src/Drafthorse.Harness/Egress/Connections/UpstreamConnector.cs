using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>
/// Connects to the outside. A name is resolved once, each address is held against the rules, and the connection goes to a checked
/// address, so that a second answer of DNS changes nothing.
/// </summary>
internal sealed class UpstreamConnector
{
    private const int MaxProxyReply = 16 * 1024;
    private static readonly TimeSpan AttemptTime = TimeSpan.FromSeconds(4);

    private readonly Uri? _proxy;
    private readonly IReadOnlyList<EgressRule> _bypass;
    private readonly Dictionary<(string Host, int Port), IPEndPoint> _fixed = [];
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly TimeSpan _connectTime;

    public UpstreamConnector(EgressSettings settings, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        (_proxy, _resolve, _connectTime) = (settings.UpstreamProxy, resolve, settings.ConnectTime);
        if (_proxy is not null && _proxy.Scheme != Uri.UriSchemeHttp)
            throw new FormatException($"The upstream proxy \"{_proxy.Scheme}://{_proxy.Authority}\" must be an http:// URL.");
        _bypass = [.. settings.UpstreamProxyBypass.Select(EgressRule.Parse)];
        foreach (var (text, target) in settings.Addresses)
        {
            if (!HostName.TryParseAuthority(text, 0, out var host, out var port) || port == 0 || !IPEndPoint.TryParse(target, out var end) || end.Port == 0)
                throw new FormatException($"The fixed address \"{text}\" = \"{target}\" must be host:port = address:port.");
            _fixed[(host.Text, port)] = end;
        }
    }

    /// <summary>Connects, or throws <see cref="EgressException"/>. The address is null when a proxy resolved the name.</summary>
    public async Task<(NetworkStream Stream, IPAddress? Address)> ConnectAsync(
        HostName host, int port, bool privateAllowed, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_connectTime);
        try
        {
            if (_fixed.TryGetValue((host.Text, port), out var end))
                return (await OpenAsync([end], deadline.Token).ConfigureAwait(false), end.Address);
            if (_proxy is not null && !_bypass.Any(rule => rule.Matches(host, port)))
                return (await OpenThroughProxyAsync(_proxy, host, port, deadline.Token).ConfigureAwait(false), null);

            var addresses = Check(host.Address is { } literal ? [literal] : await ResolveAsync(host.Text, deadline.Token).ConfigureAwait(false), privateAllowed);
            var stream = await OpenAsync([.. addresses.Select(address => new IPEndPoint(address, port))], deadline.Token).ConfigureAwait(false);
            return (stream, ((IPEndPoint)stream.Socket.RemoteEndPoint!).Address);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw EgressException.Failed($"no connection within {_connectTime.TotalSeconds:0} s", e);
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _resolve(name, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw EgressException.Failed("the name does not resolve", e);
        }
    }

    /// <summary>Those of a name's addresses that may be connected to; throws when there is none.</summary>
    internal static List<IPAddress> Check(IPAddress[] addresses, bool privateAllowed)
    {
        var allowed = new List<IPAddress>();
        string? refused = null;
        foreach (var address in addresses)
        {
            var (kind, name) = AddressRules.Classify(address);
            if (kind == AddressKind.Public || (kind == AddressKind.Private && privateAllowed))
                allowed.Add(address);
            else
                refused ??= $"it resolves to a {name} address";
        }

        return allowed.Count > 0 ? allowed
            : refused is null ? throw EgressException.Failed("the name has no address")
            : throw EgressException.Refused(refused);
    }

    private static async Task<NetworkStream> OpenAsync(IReadOnlyList<IPEndPoint> ends, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var isLast = i == ends.Count - 1;
            var socket = new Socket(ends[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (!isLast)
                attempt.CancelAfter(AttemptTime);
            try
            {
                await socket.ConnectAsync(ends[i], attempt.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                if (isLast)
                    throw EgressException.Failed($"cannot connect: {(e as SocketException)?.SocketErrorCode.ToString() ?? "timeout"}", e);
            }
        }
    }

    private async Task<NetworkStream> OpenThroughProxyAsync(Uri proxy, HostName host, int port, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(proxy.IdnHost, out var literal) ? [literal] : await ResolveAsync(proxy.IdnHost, cancellationToken).ConfigureAwait(false);
        if (addresses.Length == 0)
            throw EgressException.Failed("the upstream proxy has no address");
        var stream = await OpenAsync([.. addresses.Select(address => new IPEndPoint(address, proxy.Port))], cancellationToken).ConfigureAwait(false);
        try
        {
            var target = host.Address?.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]:{port}" : $"{host}:{port}";
            var credentials = proxy.UserInfo.Length == 0 ? ""
                : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(proxy.UserInfo)))}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n"), cancellationToken).ConfigureAwait(false);
            var status = await ReadProxyReplyAsync(stream, cancellationToken).ConfigureAwait(false);
            return status.StartsWith('2') ? stream : throw EgressException.Failed($"the upstream proxy answered {status}");
        }
        catch (IOException e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw EgressException.Failed("the upstream proxy closed the connection", e);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The status code. Reads byte by byte: what follows the head belongs to the tunnel.</summary>
    private static async Task<string> ReadProxyReplyAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var head = new byte[MaxProxyReply];
        for (var length = 0; length < head.Length;)
        {
            if (await stream.ReadAsync(head.AsMemory(length, 1), cancellationToken).ConfigureAwait(false) == 0)
                break;
            length++;
            if (head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                var line = Encoding.Latin1.GetString(head.AsSpan(0, head.AsSpan().IndexOf("\r\n"u8)));
                return line.Split(' ') is [_, { Length: 3 } code, ..] && code.All(char.IsAsciiDigit) ? code : "no HTTP";
            }
        }

        throw new IOException("The reply was cut.");
    }
}
