using System.Net;
using Drafthorse.Harness.Egress.Connections;
using Drafthorse.Harness.Egress.Registries;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Egress;

/// <summary>
/// The only way out of a sandbox. Decides per host name, connects to checked addresses only, limits, counts and audits every
/// connection. What travels inside an allowed TLS connection is not read: a host that serves others' content under its own name
/// (a shared front end) can be asked for that content too, so allow only hosts whose whole content may be reached.
/// </summary>
public sealed class EgressGate
{
    private readonly IReadOnlyList<EgressRule> _allow;
    private readonly IReadOnlyList<EgressRule> _gatewayOnly;
    private readonly IReadOnlyList<EgressRule> _private;
    private readonly Lazy<Task<IReadOnlyList<PackageRegistry>>> _registries;
    private readonly Action<EgressAudit> _audit;

    /// <summary>
    /// Validates the settings; throws <see cref="FormatException"/> that names the wrong one. The package registries that this machine is set up for
    /// are looked for once, when a sandbox first wants to go somewhere.
    /// </summary>
    /// <param name="settings">What is allowed.</param>
    /// <param name="audit">Gets a record of every connection at its end; must not block. Null = none is kept.</param>
    /// <param name="timeProvider">The clock; null = the system's.</param>
    public EgressGate(EgressSettings settings, Action<EgressAudit>? audit = null, TimeProvider? timeProvider = null)
        : this(settings, () => PackageRegistries.DiscoverAsync(askRegistries: true, CancellationToken.None), audit ?? (_ => { }), timeProvider ?? TimeProvider.System, Dns.GetHostAddressesAsync)
    {
    }

    internal EgressGate(
        EgressSettings settings,
        Func<Task<IReadOnlyList<PackageRegistry>>> registries,
        Action<EgressAudit> audit,
        TimeProvider timeProvider,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (Settings, _registries, _audit, Time) = (settings, new(registries), audit, timeProvider);
        _allow = [.. settings.Allow.Select(EgressRule.Parse)];
        _gatewayOnly = [.. settings.GatewayOnly.Select(EgressRule.Parse)];
        _private = [.. settings.Private.Select(EgressRule.Parse)];
        if (_private.FirstOrDefault(rule => !rule.IsExact) is { } loose)
            throw new FormatException($"The private host \"{loose}\" must be one exact host with its port.");
        Connector = new UpstreamConnector(settings, resolve);
    }

    internal EgressSettings Settings { get; }

    internal TimeProvider Time { get; }

    internal UpstreamConnector Connector { get; }

    /// <summary>
    /// Opens the gate for one sandbox of one thread. <paramref name="repository"/> is the repository's own list, which can only narrow
    /// what is allowed (null: it has none); <paramref name="hosts"/> are names that end in the host, such as the git gateway's, over
    /// plain HTTP on port 80.
    /// </summary>
    internal EgressSession Open(
        ThreadId? thread,
        IReadOnlyList<EgressRule>? repository = null,
        IReadOnlyDictionary<string, Func<Stream, CancellationToken, Task>>? hosts = null) =>
        new(this, thread, repository, hosts ?? new Dictionary<string, Func<Stream, CancellationToken, Task>>());

    internal async Task<EgressPolicy> GetPolicyAsync(IReadOnlyList<EgressRule>? repository, CancellationToken cancellationToken)
    {
        var registries = await RegistriesAsync(cancellationToken).ConfigureAwait(false);
        var closed = registries.Where(r => r.Registry.HasCredentials).Select(r => r.Rule).ToList();
        return new EgressPolicy
        {
            Organization = _allow,
            Registries = [.. registries.Select(r => r.Rule).Except(closed)],
            WithCredentials = closed,
            Repository = repository,
            GatewayOnly = _gatewayOnly,
        };
    }

    /// <summary>Whether server configuration lists this very host and port.</summary>
    internal async Task<bool> IsPrivateAllowedAsync(HostName host, int port, CancellationToken cancellationToken) =>
        _private.Any(rule => rule.Matches(host, port))
        || (await RegistriesAsync(cancellationToken).ConfigureAwait(false)).Any(r => r.Registry.Origin == RegistryOrigin.Configured && r.Rule.Matches(host, port));

    internal void Record(EgressAudit audit)
    {
        EgressMetrics.Count(audit);
        _audit(audit);
    }

    private async Task<IReadOnlyList<(PackageRegistry Registry, EgressRule Rule)>> RegistriesAsync(CancellationToken cancellationToken)
    {
        if (!Settings.AllowRegistries)
            return [];
        var rules = new List<(PackageRegistry, EgressRule)>();
        foreach (var registry in await _registries.Value.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            if (HostName.TryParse(registry.Address.IdnHost, out var host))
                rules.Add((registry, EgressRule.Exact(host, registry.Address.Port)));
        }

        return rules;
    }
}
