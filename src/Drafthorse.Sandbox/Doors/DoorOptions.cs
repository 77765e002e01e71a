using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Doors;

/// <summary>Where the doors of a sandbox listen, and their limits.</summary>
internal sealed class DoorOptions
{
    /// <summary>The usual port of the proxy door, on 127.0.0.1.</summary>
    public const int DefaultProxyPort = 3128;

    /// <summary>The port of the HTTP proxy on 127.0.0.1; 0 takes a free one.</summary>
    public int ProxyPort { get; init; } = DefaultProxyPort;

    /// <summary>The port of the DNS server on 127.0.0.1, UDP and TCP; 0 takes a free one.</summary>
    public int DnsPort { get; init; } = 53;

    /// <summary>The ports that listen on every synthetic address. A port beside 80 and 443 is taken from the programs of the sandbox,
    /// so only those belong here that the egress policy names.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [80, 443];

    /// <summary>Connections served at once, over all doors; more wait in the backlog. Each takes one of <see cref="WireLimits.MaxStreams"/>.</summary>
    public int MaxConnections { get; init; } = 128;

    /// <summary>Names that have an address at once; the least recently used one loses its address.</summary>
    public int MaxNames { get; init; } = 16_384;
}
