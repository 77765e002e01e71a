namespace Drafthorse.Harness.Egress;

/// <summary>The organization's egress policy and the limits of the gate. Server configuration only, never a repository's.</summary>
public sealed class EgressSettings
{
    /// <summary>Hosts that sandboxes may reach beside the package registries, as <see cref="EgressRule"/>s.</summary>
    public IReadOnlyList<string> Allow { get; set; } = [];

    /// <summary>Whether the registries of this machine's package tools are allowed. Default true.</summary>
    public bool AllowRegistries { get; set; } = true;

    /// <summary>Code hosts, and hosts that the server holds credentials for, as <see cref="EgressRule"/>s: refused on every port whatever else is allowed.</summary>
    public IReadOnlyList<string> GatewayOnly { get; set; } = [];

    /// <summary>Exact hosts with their port, such as <c>nexus.example:8081</c>, that may be at a private address. This does not allow them.</summary>
    public IReadOnlyList<string> Private { get; set; } = [];

    /// <summary>Fixed addresses: <c>host:port</c> to <c>address:port</c>, without DNS and address rules.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; set; } = new Dictionary<string, string>();

    /// <summary>The company's own HTTP proxy, which then resolves all names; null connects directly. Credentials stand in the URL.</summary>
    public Uri? UpstreamProxy { get; set; }

    /// <summary>Hosts reached without <see cref="UpstreamProxy"/>, as <see cref="EgressRule"/>s.</summary>
    public IReadOnlyList<string> UpstreamProxyBypass { get; set; } = [];

    /// <summary>Connections of one sandbox at once.</summary>
    public int MaxConnections { get; set; } = 192;

    /// <summary>Bytes of one connection, each way.</summary>
    public long MaxBytes { get; set; } = 8L << 30;

    /// <summary>A connection without a byte for this long is ended.</summary>
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most that resolving a name and connecting may take.</summary>
    public TimeSpan ConnectTime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most that a client may take to send its first message.</summary>
    public TimeSpan HelloTime { get; set; } = TimeSpan.FromSeconds(15);
}
