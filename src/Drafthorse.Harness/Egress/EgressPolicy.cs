namespace Drafthorse.Harness.Egress;

/// <summary>
/// Decides per host and port. A host must be on the organization's list or be a registry, and be on the repository's list where there
/// is one, which so can only narrow. Hosts that belong to a gateway are refused whatever the lists say.
/// </summary>
internal sealed class EgressPolicy
{
    public required IReadOnlyList<EgressRule> Organization { get; init; }

    public required IReadOnlyList<EgressRule> Registries { get; init; }

    /// <summary>Registries that this machine holds credentials for; only the organization's own list opens them.</summary>
    public required IReadOnlyList<EgressRule> WithCredentials { get; init; }

    public required IReadOnlyList<EgressRule>? Repository { get; init; }

    public required IReadOnlyList<EgressRule> GatewayOnly { get; init; }

    public EgressDecision Decide(HostName host, int port)
    {
        if (GatewayOnly.Any(rule => rule.Matches(host, rule.Port ?? 443)))
            return EgressDecision.Refuse("a code host or a host with credentials is reached through its gateway only");
        if (host.Address is { } address && AddressRules.Classify(address) is { Kind: AddressKind.Forbidden } forbidden)
            return EgressDecision.Refuse($"a {forbidden.Name} address");
        if (!Organization.Any(rule => rule.Matches(host, port)))
        {
            if (WithCredentials.Any(rule => rule.Matches(host, port)))
                return EgressDecision.Refuse("this server holds credentials for the registry; it stays closed unless the egress allow-list names it");
            if (!Registries.Any(rule => rule.Matches(host, port)))
                return EgressDecision.Refuse(KnowsHost(host) ? $"port {port} is not allowed for this host" : "not on the allow-list");
        }

        return Repository is not null && !Repository.Any(rule => rule.Matches(host, port))
            ? EgressDecision.Refuse("not on the repository's egress list")
            : new EgressDecision(EgressMode.Tunnel, "", Organization.Any(rule => rule.IsOpaque && rule.Matches(host, port)));
    }

    private bool KnowsHost(HostName host) => Organization.Concat(Registries).Any(rule => rule.Matches(host, rule.Port ?? 443));
}
