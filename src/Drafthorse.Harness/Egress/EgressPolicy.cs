namespace Drafthorse.Harness.Egress;

/// <summary>
/// Decides per host and port. Layers of allow-lists: a host must be on each, so that a repository's list can only narrow the
/// organization's. Hosts that belong to a gateway are refused whatever the lists say.
/// </summary>
internal sealed class EgressPolicy
{
    private readonly IReadOnlyList<EgressRule> _organization;
    private readonly IReadOnlyList<EgressRule>? _repository;
    private readonly IReadOnlyList<EgressRule> _gatewayOnly;

    public EgressPolicy(IReadOnlyList<EgressRule> organization, IReadOnlyList<EgressRule>? repository, IReadOnlyList<EgressRule> gatewayOnly) =>
        (_organization, _repository, _gatewayOnly) = (organization, repository, gatewayOnly);

    public EgressDecision Decide(HostName host, int port)
    {
        if (_gatewayOnly.Any(rule => rule.Matches(host, rule.Port ?? 443)))
            return EgressDecision.Refuse("a code host or a host with credentials is reached through its gateway only");
        if (host.Address is { } address && AddressRules.Classify(address) is { Kind: AddressKind.Forbidden } forbidden)
            return EgressDecision.Refuse($"a {forbidden.Name} address");
        if (!_organization.Any(rule => rule.Matches(host, port)))
            return EgressDecision.Refuse(_organization.Any(rule => rule.Matches(host, rule.Port ?? 443)) ? $"port {port} is not allowed for this host" : "not on the allow-list");
        if (_repository is not null && !_repository.Any(rule => rule.Matches(host, port)))
            return EgressDecision.Refuse("not on the repository's egress list");
        return new EgressDecision(EgressMode.Tunnel, "");
    }
}
