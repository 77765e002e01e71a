using System.Net.Sockets;

namespace Drafthorse.Sandbox.Doors;

/// <summary>
/// The doors of a sandbox that has no network but loopback: an HTTP proxy, a DNS server that gives every name a synthetic loopback
/// address, and listeners that learn the name from that address. Every connection travels through the wire; the host decides.
/// </summary>
internal sealed class SandboxDoors : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _doors = [];
    private readonly List<DoorReport> _report = [];

    private SandboxDoors()
    {
    }

    /// <summary>Which doors opened, and why the others did not.</summary>
    public IReadOnlyList<DoorReport> Report => _report;

    /// <summary>
    /// Opens what can be opened; a door that cannot (no permission for a low port, a port in use) is told in <see cref="Report"/>.
    /// <paramref name="open"/> opens a tunnel to the host; it throws <see cref="IOException"/> when no host is there.
    /// </summary>
    public static SandboxDoors Open(DoorOptions options, Func<TunnelRequest, CancellationToken, Task<Stream>> open)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(open);
        var doors = new SandboxDoors();
        var names = new NameTable(options.MaxNames);
        var permits = new SemaphoreSlim(options.MaxConnections);
        doors.Add("dns", options.DnsPort, port =>
        {
            var door = DnsDoor.Open(port, names);
            return (door, door.Port);
        });
        doors.Add("proxy", options.ProxyPort, port => Listen(port, null));
        foreach (var listenerPort in options.Ports.Distinct())
            doors.Add("port", listenerPort, port => Listen(port, names));
        return doors;

        (IAsyncDisposable, int) Listen(int port, NameTable? table)
        {
            var door = ListenerDoor.Open(port, table, permits, open);
            return (door, door.Port);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var door in _doors)
            await door.DisposeAsync().ConfigureAwait(false);
    }

    private void Add(string name, int port, Func<int, (IAsyncDisposable Door, int Port)> open)
    {
        try
        {
            var (door, actual) = open(port);
            _doors.Add(door);
            _report.Add(new DoorReport(name, actual, null));
        }
        catch (SocketException e)
        {
            _report.Add(new DoorReport(name, port, e.SocketErrorCode switch
            {
                SocketError.AccessDenied => "no permission (a port below net.ipv4.ip_unprivileged_port_start needs CAP_NET_BIND_SERVICE)",
                SocketError.AddressAlreadyInUse => "in use",
                var code => code.ToString(),
            }));
        }
    }
}
