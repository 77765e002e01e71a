using System.Net;
using System.Net.Sockets;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>One connection of a sandbox: learns where it wants to go, asks the session, and carries it there.</summary>
internal sealed class EgressConnection
{
    private readonly EgressSession _session;
    private readonly TunnelRequest _request;
    private readonly Stream _sandbox;
    private readonly EgressSettings _settings;
    private readonly ReadBuffer _input;
    private readonly ClientReader _client;
    private HostName? _host;
    private int _port;
    private IPAddress? _address;
    private Relay? _relay;
    private RefusalForm _form;
    private bool _asked;

    public EgressConnection(EgressSession session, TunnelRequest request, Stream sandbox)
    {
        (_session, _request, _sandbox, _settings) = (session, request, sandbox, session.Gate.Settings);
        _input = new ReadBuffer(sandbox);
        _client = new ClientReader(_input, _settings.HelloTime);
        _port = request.Port;
        _form = request.Door == TunnelDoor.Proxy ? RefusalForm.Http : FormOf(request.Port);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var at = _session.Gate.Time.GetUtcNow();
        var started = _session.Gate.Time.GetTimestamp();
        var (result, reason) = (EgressResult.Allowed, "");
        var entered = _session.TryEnter();
        try
        {
            if (!entered)
                throw EgressException.Refused($"more than {_settings.MaxConnections} connections at once");
            await ServeAsync(cancellationToken).ConfigureAwait(false);
            await HalfClose.CompleteWritesAsync(_sandbox, cancellationToken).ConfigureAwait(false);
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
                _session.Leave();
            if (_asked || result != EgressResult.Allowed)
            {
                _session.Record(new EgressAudit
                {
                    At = at,
                    Name = _host?.Text ?? "(invalid)",
                    Port = _port,
                    Address = _address?.ToString(),
                    Result = result,
                    Reason = reason,
                    BytesUp = _relay?.BytesUp ?? 0,
                    BytesDown = _relay?.BytesDown ?? 0,
                    Duration = _session.Gate.Time.GetElapsedTime(started),
                });
            }
        }
    }

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        RequestHead? first = null;
        if (_request.Door == TunnelDoor.Proxy)
        {
            first = await _client.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
            if (first is null)
                return;
            (_host, _port) = first.Authority ?? throw EgressException.Refused("a request to the proxy names its host, by CONNECT or an http:// URL");
        }
        else if (!HostName.TryParse(_request.Name, out _host) || _request.Port is < 1 or > 65535)
        {
            throw EgressException.Refused("not a host name");
        }

        _asked = true;
        var decision = await _session.DecideAsync(_host, _port, cancellationToken).ConfigureAwait(false);
        if (decision.Mode == EgressMode.Refuse)
            throw EgressException.Refused(decision.Reason);
        if (first is { Method: "CONNECT" })
        {
            await _sandbox.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            first = null;
            _form = FormOf(_port);
        }

        if (decision.Mode == EgressMode.Host)
            await HandOverAsync(first, cancellationToken).ConfigureAwait(false);
        else if (first is not null || _port == 80)
            await CarryHttpAsync(first, cancellationToken).ConfigureAwait(false);
        else if (_port == 443)
            await CarryTlsAsync(cancellationToken).ConfigureAwait(false);
        else if (decision.IsOpaque)
            await ExchangeAsync((relay, end) => relay.SendAllAsync(_input, end), cancellationToken).ConfigureAwait(false);
        else
            await CarryAnyAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task HandOverAsync(RequestHead? first, CancellationToken cancellationToken)
    {
        var handler = _session.HostHandler(_host!)!;
        _form = RefusalForm.None;
        return handler(new PrefixedStream(first?.ToBytes(close: true) ?? [], _input, _sandbox), cancellationToken);
    }

    private async Task CarryHttpAsync(RequestHead? only, CancellationToken cancellationToken)
    {
        var head = only ?? await _client.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        if (head is null)
            return;
        Check(head);
        await ExchangeAsync((relay, end) => SendRequestsAsync(relay, head, only is not null, end), cancellationToken).ConfigureAwait(false);
    }

    private async Task CarryTlsAsync(CancellationToken cancellationToken)
    {
        if (await _client.HasHelloAsync(_host!, cancellationToken).ConfigureAwait(false))
            await ExchangeAsync((relay, end) => relay.SendAllAsync(_input, end), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A port that the policy names: whoever speaks first, but what may be TLS or HTTP is read, and must name the host.</summary>
    private Task CarryAnyAsync(CancellationToken cancellationToken) => ExchangeAsync(
        async (relay, end) =>
        {
            // Something may have come behind a CONNECT already.
            if (_input.Buffered.IsEmpty && !await _input.FillAsync(end).ConfigureAwait(false))
                return;
            switch (FirstByte.Of(_input.Buffered[0]))
            {
                case FirstByte.Protocol.Tls:
                    if (await _client.HasHelloAsync(_host!, end).ConfigureAwait(false))
                        await relay.SendAllAsync(_input, end).ConfigureAwait(false);
                    break;
                case FirstByte.Protocol.Http:
                    _form = RefusalForm.Http;
                    await _client.ExpectRequestAsync(end).ConfigureAwait(false);
                    if (await _client.ReadHeadAsync(end).ConfigureAwait(false) is { } head)
                        await SendRequestsAsync(relay, head, only: false, end).ConfigureAwait(false);
                    break;
                default:
                    await relay.SendAllAsync(_input, end).ConfigureAwait(false);
                    break;
            }
        },
        cancellationToken);

    private async Task ExchangeAsync(Func<Relay, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        var privateAllowed = await _session.Gate.IsPrivateAllowedAsync(_host!, _port, cancellationToken).ConfigureAwait(false);
        var (upstream, address) = await _session.Gate.Connector.ConnectAsync(_host!, _port, privateAllowed, cancellationToken).ConfigureAwait(false);
        await using var closing = upstream.ConfigureAwait(false);
        _address = address;
        using var relay = new Relay(_sandbox, upstream, _settings, _session.Gate.Time);
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

            head = await _client.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
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

    private async Task SayAsync(EgressException refusal, CancellationToken cancellationToken)
    {
        if (_relay is { BytesDown: > 0 })
            return;
        try
        {
            using var deadline = _client.Deadline(cancellationToken);
            var blocked = new BlockedEgress(_host?.Text ?? "(invalid)", _port, refusal.Result, refusal.Message, 1);
            await _sandbox.WriteAsync(RefusalAnswer.Write(_form, blocked), deadline.Token).ConfigureAwait(false);
            await HalfClose.CompleteWritesAsync(_sandbox, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SandboxCallException)
        {
            // The client did not wait for the reason; the audit has it.
        }
    }

    private static RefusalForm FormOf(int port) => port switch { 80 => RefusalForm.Http, 443 => RefusalForm.Tls, _ => RefusalForm.None };
}
