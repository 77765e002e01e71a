using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Harness.Egress;

/// <summary>The gate as one sandbox of one thread sees it: its policy, its count of connections, and what was blocked.</summary>
public sealed class EgressSession
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
