using System.Net;
using System.Net.Sockets;
using System.Text;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Egress;

/// <summary>One connection of a sandbox: learns where it wants to go, asks the session, and carries it there.</summary>
internal sealed class EgressConnection(EgressSession session, TunnelRequest request, Stream sandbox)
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    private readonly EgressSettings _settings = session.Gate.Settings;
    private readonly ReadBuffer _input = new(sandbox);
    private HostName? _host;
    private int _port = request.Port;
    private IPAddress? _address;
    private Relay? _relay;
    private Voice _voice = request.Door == TunnelDoor.Proxy || request.Port == 80 ? Voice.Http : request.Port == 443 ? Voice.Tls : Voice.None;
    private bool _asked;

    /// <summary>In what the client can be told why it is refused.</summary>
    private enum Voice
    {
        None,
        Http,
        Tls,
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var at = session.Gate.Time.GetUtcNow();
        var started = session.Gate.Time.GetTimestamp();
        var (result, reason) = (EgressResult.Allowed, "");
        var entered = session.TryEnter();
        try
        {
            if (!entered)
                throw EgressException.Refused($"more than {_settings.MaxConnections} connections at once");
            await ServeAsync(cancellationToken).ConfigureAwait(false);
            await HalfClose.CompleteWritesAsync(sandbox, cancellationToken).ConfigureAwait(false);
        }
        catch (EgressException e)
        {
            (result, reason) = (e.Result, e.Message);
            await SayAsync(e, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or SandboxCallException)
        {
            // One of the two ends left, or said nothing for too long. The stream is not completed: the client must not take what it
            // has got for all there is.
        }
        finally
        {
            if (entered)
                session.Leave();
            if (_asked || result != EgressResult.Allowed)
            {
                session.Record(new EgressAudit
                {
                    At = at,
                    Name = _host?.Text ?? "(invalid)",
                    Port = _port,
                    Address = _address?.ToString(),
                    Result = result,
                    Reason = reason,
                    BytesUp = _relay?.BytesUp ?? 0,
                    BytesDown = _relay?.BytesDown ?? 0,
                    Duration = session.Gate.Time.GetElapsedTime(started),
                });
            }
        }
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        RequestHead? first = null;
        if (request.Door == TunnelDoor.Proxy)
        {
            first = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
            if (first is null)
                return;
            (_host, _port) = first.Authority ?? throw EgressException.Refused("a request to the proxy names its host, by CONNECT or an http:// URL");
        }
        else if (!HostName.TryParse(request.Name, out _host) || request.Port is < 1 or > 65535)
        {
            throw EgressException.Refused("not a host name");
        }

        _asked = true;
        var decision = await session.DecideAsync(_host, _port, cancellationToken).ConfigureAwait(false);
        if (decision.Mode == EgressMode.Refuse)
            throw EgressException.Refused(decision.Reason);
        if (first is { Method: "CONNECT" })
        {
            await sandbox.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            first = null;
            _voice = _port switch { 80 => Voice.Http, 443 => Voice.Tls, _ => Voice.None };
        }

        if (decision.Mode == EgressMode.Host)
            await HandOverAsync(first, cancellationToken).ConfigureAwait(false);
        else if (first is not null || _port == 80)
            await CarryHttpAsync(first, cancellationToken).ConfigureAwait(false);
        else if (_port == 443)
            await CarryTlsAsync(cancellationToken).ConfigureAwait(false);
        else
            await CarryAnyAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task HandOverAsync(RequestHead? first, CancellationToken cancellationToken)
    {
        var handler = session.HostHandler(_host!)!;
        _voice = Voice.None;
        return handler(new PrefixedStream(first?.ToBytes(close: true) ?? [], _input, sandbox), cancellationToken);
    }

    private async Task CarryHttpAsync(RequestHead? only, CancellationToken cancellationToken)
    {
        var head = only ?? await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        if (head is null)
            return;
        Check(head);
        await ExchangeAsync((relay, end) => SendRequestsAsync(relay, head, only is not null, end), cancellationToken).ConfigureAwait(false);
    }

    private async Task CarryTlsAsync(CancellationToken cancellationToken)
    {
        if (await HasHelloAsync(cancellationToken).ConfigureAwait(false))
            await ExchangeAsync((relay, end) => relay.SendAllAsync(_input, end), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A port that the policy names: whoever speaks first, but TLS and HTTP are recognized and must name the host.</summary>
    private Task CarryAnyAsync(CancellationToken cancellationToken) => ExchangeAsync(
        async (relay, end) =>
        {
            if (!await _input.FillAsync(end).ConfigureAwait(false))
                return;
            if (_input.Buffered[0] == 22)
            {
                if (await HasHelloAsync(end).ConfigureAwait(false))
                    await relay.SendAllAsync(_input, end).ConfigureAwait(false);
            }
            else if (await IsHttpAsync(end).ConfigureAwait(false))
            {
                if (await ReadHeadAsync(end).ConfigureAwait(false) is not { } head)
                    return;
                Check(head);
                await SendRequestsAsync(relay, head, only: false, end).ConfigureAwait(false);
            }
            else
            {
                await relay.SendAllAsync(_input, end).ConfigureAwait(false);
            }
        },
        cancellationToken);

    private async Task ExchangeAsync(Func<Relay, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        var privateAllowed = await session.Gate.IsPrivateAllowedAsync(_host!, _port, cancellationToken).ConfigureAwait(false);
        var (upstream, address) = await session.Gate.Connector.ConnectAsync(_host!, _port, privateAllowed, cancellationToken).ConfigureAwait(false);
        await using var closing = upstream.ConfigureAwait(false);
        _address = address;
        using var relay = new Relay(sandbox, upstream, _settings, session.Gate.Time);
        _relay = relay;
        await relay.RunAsync(send, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends requests one after the other, each checked and written anew, so that none can name another host.</summary>
    private async Task SendRequestsAsync(Relay relay, RequestHead? head, bool only, CancellationToken cancellationToken)
    {
        while (head is not null)
        {
            Check(head);
            await relay.SendAsync(head.ToBytes(close: only), cancellationToken).ConfigureAwait(false);
            await RequestBody.SendAsync(head, _input, relay, cancellationToken).ConfigureAwait(false);
            if (only || head.IsLast)
            {
                await relay.DiscardAsync(_input, cancellationToken).ConfigureAwait(false);
                return;
            }

            head = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Check(RequestHead head)
    {
        if (head.Method == "CONNECT")
            throw EgressException.Refused("CONNECT inside a connection");
        if (head.Host is not { } host)
            throw EgressException.Refused("the request has no Host field");
        if (!Names(host.Host, host.Port) || (head.Authority is { } authority && !Names(authority.Host, authority.Port)))
            throw EgressException.Refused($"the request names {host.Host} instead");
    }

    private bool Names(HostName host, int port) => host == _host && (port == 0 ? 80 : port) == _port;

    private async ValueTask<RequestHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var hello = Deadline(cancellationToken);
            var bytes = await _input.ReadToAsync(HeadEnd, RequestHead.MaxLength, hello.Token).ConfigureAwait(false);
            return bytes is null ? null
                : RequestHead.TryParse(bytes, out var head, out var problem) ? head
                : throw EgressException.Refused(problem);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Whether a hello came that names the host; false when the client left before.</summary>
    private async Task<bool> HasHelloAsync(CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        while (true)
        {
            var hello = ClientHello.Parse(_input.Buffered);
            if (hello.Status == ClientHelloStatus.Named)
                return HostName.TryParse(hello.Text, out var named) && named == _host ? true : throw EgressException.Refused("TLS names another host");
            if (hello.Status == ClientHelloStatus.Unnamed && _host!.Address is not null)
                return true;
            if (hello.Status != ClientHelloStatus.Incomplete || _input.Buffered.Length > ClientHello.MaxLength)
                throw EgressException.Refused(hello.Status == ClientHelloStatus.Incomplete ? "the ClientHello is too long" : hello.Text);
            try
            {
                if (!await _input.FillAsync(deadline.Token).ConfigureAwait(false))
                    return _input.Buffered.IsEmpty ? false : throw EgressException.Refused("the ClientHello was cut");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw EgressException.Refused($"no ClientHello within {_settings.HelloTime.TotalSeconds:0} s");
            }
        }
    }

    /// <summary>Whether the client's first bytes are a word and a space, as an HTTP request's are.</summary>
    private async Task<bool> IsHttpAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var letters = 0;
            foreach (var b in _input.Buffered)
            {
                if (!char.IsAsciiLetter((char)b))
                    return b == ' ' && letters > 0;
                if (++letters > 20)
                    return false;
            }

            if (!await _input.FillAsync(cancellationToken).ConfigureAwait(false))
                return false;
        }
    }

    private CancellationTokenSource Deadline(CancellationToken cancellationToken)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_settings.HelloTime);
        return deadline;
    }

    private async Task SayAsync(EgressException refusal, CancellationToken cancellationToken)
    {
        if (_relay is { BytesDown: > 0 })
            return;
        try
        {
            using var deadline = Deadline(cancellationToken);
            if (_voice != Voice.None)
                await sandbox.WriteAsync(_voice == Voice.Tls ? TlsAlert(refusal.Result) : HttpAnswer(refusal), deadline.Token).ConfigureAwait(false);
            await HalfClose.CompleteWritesAsync(sandbox, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SandboxCallException)
        {
            // The client did not wait for the reason; the audit has it.
        }
    }

    /// <summary>A fatal alert: access_denied, or internal_error when the other side cannot be reached.</summary>
    private static byte[] TlsAlert(EgressResult result) => [21, 3, 3, 0, 2, 2, (byte)(result == EgressResult.Refused ? 49 : 80)];

    private byte[] HttpAnswer(EgressException refusal)
    {
        var text = new BlockedEgress(_host?.Text ?? "(invalid)", _port, refusal.Result, refusal.Message, 1) + "\n";
        var status = refusal.Result == EgressResult.Refused ? "403 Forbidden" : "502 Bad Gateway";
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}");
    }
}
