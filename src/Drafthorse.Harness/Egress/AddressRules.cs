using System.Net;
using System.Net.Sockets;

namespace Drafthorse.Harness.Egress;

/// <summary>What an address is, by the special-purpose registries (RFC 6890 and its updates) and the clouds' metadata services.</summary>
internal static class AddressRules
{
    /// <summary>What an address is, in one word for the audit.</summary>
    public static (AddressKind Kind, string Name) Classify(IPAddress address)
    {
        // IPNetwork looks through the mapping, and then compares an IPv4 address with IPv6 networks.
        if (address.IsIPv4MappedToIPv6)
            return (AddressKind.Forbidden, "mapped IPv4");
        foreach (var (network, kind, name) in address.AddressFamily == AddressFamily.InterNetwork ? Version4 : Version6)
        {
            if (network.Contains(address))
                return (kind, name);
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
            return (AddressKind.Public, "public");
        if (address.ScopeId != 0 || !GlobalUnicast.Contains(address))
            return (AddressKind.Forbidden, "reserved");
        return IsTranslated(address) ? (AddressKind.Forbidden, "translated") : (AddressKind.Public, "public");
    }

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // The first match counts: what lies inside a wider range stands before it.
    private static readonly (IPNetwork, AddressKind, string)[] Version4 =
    [
        Forbidden("0.0.0.0/8", "wildcard"),
        Forbidden("127.0.0.0/8", "loopback"),
        Forbidden("169.254.169.254/32", "metadata"),
        Forbidden("168.63.129.16/32", "metadata"),
        Forbidden("100.100.100.200/32", "metadata"),
        Forbidden("192.0.0.192/32", "metadata"),
        Forbidden("169.254.0.0/16", "link-local"),
        Private("10.0.0.0/8"),
        Private("172.16.0.0/12"),
        Private("192.168.0.0/16"),
        Forbidden("100.64.0.0/10", "carrier-grade NAT"),
        Forbidden("192.0.0.0/24", "reserved"),
        Forbidden("192.0.2.0/24", "documentation"),
        Forbidden("192.88.99.0/24", "6to4 relay"),
        Forbidden("198.18.0.0/15", "benchmarking"),
        Forbidden("198.51.100.0/24", "documentation"),
        Forbidden("203.0.113.0/24", "documentation"),
        Forbidden("224.0.0.0/4", "multicast"),
        Forbidden("255.255.255.255/32", "broadcast"),
        Forbidden("240.0.0.0/4", "reserved"),
    ];

    private static readonly (IPNetwork, AddressKind, string)[] Version6 =
    [
        Forbidden("::/128", "wildcard"),
        Forbidden("::1/128", "loopback"),
        Forbidden("::/96", "compatible IPv4"),
        Forbidden("fd00:ec2::254/128", "metadata"),
        Forbidden("fd20:ce::254/128", "metadata"),
        Forbidden("64:ff9b::/96", "NAT64"),
        Forbidden("64:ff9b:1::/48", "NAT64"),
        Private("fc00::/7"),
        Forbidden("fe80::/10", "link-local"),
        Forbidden("fec0::/10", "site-local"),
        Forbidden("ff00::/8", "multicast"),
        Forbidden("2001::/23", "reserved"),
        Forbidden("2001:db8::/32", "documentation"),
        Forbidden("2002::/16", "6to4"),
        Forbidden("3fff::/20", "documentation"),
    ];

    private static (IPNetwork, AddressKind, string) Forbidden(string network, string name) => (IPNetwork.Parse(network), AddressKind.Forbidden, name);

    private static (IPNetwork, AddressKind, string) Private(string network) => (IPNetwork.Parse(network), AddressKind.Private, "private");

    /// <summary>ISATAP (RFC 5214): an IPv4 address behind the interface identifier 0:5efe or 200:5efe.</summary>
    private static bool IsTranslated(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return (bytes[8] & 0xFD) == 0 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == 0xFE;
    }
}

internal enum AddressKind
{
    /// <summary>Anyone may be sent there.</summary>
    Public,

    /// <summary>Only for a host and port that server configuration lists.</summary>
    Private,

    /// <summary>Nobody is sent there.</summary>
    Forbidden,
}
