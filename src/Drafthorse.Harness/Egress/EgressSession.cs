using Drafthorse.Harness.Egress.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Harness.Egress;

/// <summary>The gate as one sandbox of one thread sees it: its policy, its count of connections, and what was blocked.</summary>
internal sealed class EgressSession
{
    private const int MaxBlocked = 100;

    private readonly EgressGate _gate;
    private readonly ThreadId? _thread;
    private readonly IReadOnlyList<EgressRule>? _repository;
    private readonly IReadOnlyDictionary<string, Func<Stream, CancellationToken, Task>> _hosts;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string, int, EgressResult, string), int> _blocked = [];
    private int _connections;

    internal EgressSession(
        EgressGate gate,
        ThreadId? thread,
        IReadOnlyList<EgressRule>? repository,
        IReadOnlyDictionary<string, Func<Stream, CancellationToken, Task>> hosts) =>
        (_gate, _thread, _repository, _hosts) = (gate, thread, repository, hosts);

    internal EgressGate Gate => _gate;

    /// <summary>What was refused or failed so far, the first of a kind first; at most 100 kinds.</summary>
    public IReadOnlyList<BlockedEgress> Blocked
    {
        get
        {
            lock (_lock)
                return [.. _blocked.Select(b => new BlockedEgress(b.Key.Item1, b.Key.Item2, b.Key.Item3, b.Key.Item4, b.Value))];
        }
    }

    /// <summary>
    /// Serves one tunnel from a sandbox to its end and closes <paramref name="stream"/>. Everything in it is hostile input. Does not throw
    /// but for cancellation and what an internal host's handler throws.
    /// </summary>
    public async Task ServeAsync(TunnelRequest request, Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(stream);
        await using var closing = stream.ConfigureAwait(false);
        await new EgressConnection(this, request, stream).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Connects on behalf of the host's own tools (a web fetch, an MCP server over HTTP) by the same rules, for a
    /// <see cref="SocketsHttpHandler.ConnectCallback"/>. Throws <see cref="EgressException"/> when it may not or cannot be.
    /// </summary>
    public async Task<Stream> ConnectAsync(string name, int port, CancellationToken cancellationToken)
    {
        var at = _gate.Time.GetUtcNow();
        var started = _gate.Time.GetTimestamp();
        var audit = new EgressAudit { At = at, Name = "(invalid)", Port = port, Result = EgressResult.Allowed };
        try
        {
            if (!HostName.TryParse(name, out var host))
                throw EgressException.Refused("not a host name");
            audit = audit with { Name = host.Text };
            var decision = (await _gate.GetPolicyAsync(_repository, cancellationToken).ConfigureAwait(false)).Decide(host, port);
            if (decision.Mode != EgressMode.Tunnel)
                throw EgressException.Refused(decision.Reason);
            var privateAllowed = await _gate.IsPrivateAllowedAsync(host, port, cancellationToken).ConfigureAwait(false);
            var (stream, address) = await _gate.Connector.ConnectAsync(host, port, privateAllowed, cancellationToken).ConfigureAwait(false);
            audit = audit with { Address = address?.ToString() };
            return new EgressStream(stream, (up, down) => Record(audit with { BytesUp = up, BytesDown = down, Duration = _gate.Time.GetElapsedTime(started) }));
        }
        catch (EgressException e)
        {
            Record(audit with { Result = e.Result, Reason = e.Message, Duration = _gate.Time.GetElapsedTime(started) });
            throw;
        }
    }

    internal Func<Stream, CancellationToken, Task>? HostHandler(HostName host) => _hosts.GetValueOrDefault(host.Text);

    internal async Task<EgressDecision> DecideAsync(HostName host, int port, CancellationToken cancellationToken)
    {
        if (_hosts.ContainsKey(host.Text))
            return port == 80 ? new EgressDecision(EgressMode.Host, "") : EgressDecision.Refuse("this name answers plain HTTP on port 80");
        var policy = await _gate.GetPolicyAsync(_repository, cancellationToken).ConfigureAwait(false);
        return policy.Decide(host, port);
    }

    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _connections) <= _gate.Settings.MaxConnections)
            return true;
        Leave();
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _connections);

    internal void Record(EgressAudit audit)
    {
        audit = audit with { Thread = _thread };
        if (audit.Result != EgressResult.Allowed)
        {
            var key = (audit.Name, audit.Port, audit.Result, audit.Reason);
            lock (_lock)
            {
                if (_blocked.TryGetValue(key, out var count) || _blocked.Count < MaxBlocked)
                    _blocked[key] = count + 1;
            }
        }

        _gate.Record(audit);
    }
}
