using System.Net;
using System.Net.Sockets;
using System.Text;
using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Egress.Registries;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Wire;
using Drafthorse.Tests.Sandbox.Wire;

namespace Drafthorse.Tests.Egress;

/// <summary>A gate with one session behind a real wire in memory, and a server on loopback that stands for the outside.</summary>
internal sealed class GateFixture : IAsyncDisposable
{
    private readonly TcpListener _outside = new(IPAddress.Loopback, 0);
    private readonly WirePair _wire;

    public GateFixture(Action<EgressSettings>? configure = null, IReadOnlyList<EgressRule>? repository = null)
    {
        _outside.Start();
        var end = _outside.LocalEndpoint.ToString()!;
        var settings = new EgressSettings
        {
            Allow = ["registry.example", "registry.example:8081", "private.example", "mixed.example"],
            Addresses = new Dictionary<string, string> { ["registry.example:80"] = end, ["registry.example:443"] = end, ["registry.example:8081"] = end },
            HelloTime = TimeSpan.FromSeconds(5),
            ConnectTime = TimeSpan.FromSeconds(5),
        };
        configure?.Invoke(settings);
        Gate = new EgressGate(settings, () => Task.FromResult<IReadOnlyList<PackageRegistry>>(Registries), Audits.Enqueue, TimeProvider.System, ResolveAsync);
        Session = Gate.Open(null, repository, Hosts);
        _wire = WirePair.Create(host: new WireHandlers().AddTunnels(async (request, stream, token) =>
        {
            await Session.ServeAsync(request, stream, token);
            Served.Release();
        }));
    }

    public EgressGate Gate { get; }

    public EgressSession Session { get; }

    public System.Collections.Concurrent.ConcurrentQueue<EgressAudit> Audits { get; } = new();

    public Dictionary<string, IPAddress[]> Names { get; } = [];

    public List<PackageRegistry> Registries { get; } = [];

    public Dictionary<string, Func<Stream, CancellationToken, Task>> Hosts { get; } = [];

    /// <summary>Released when a tunnel has been served to its end.</summary>
    public SemaphoreSlim Served { get; } = new(0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _outside.Dispose();
        return _wire.DisposeAsync();
    }

    public Task<Stream> OpenAsync(string name, int port) => Tunnel.OpenAsync(_wire.Daemon, new TunnelRequest(TunnelDoor.Port, name, port), Token);

    public Task<Stream> OpenProxyAsync() => Tunnel.OpenAsync(_wire.Daemon, new TunnelRequest(TunnelDoor.Proxy, "", 0), Token);

    public async Task<NetworkStream> AcceptAsync() => new(await _outside.AcceptSocketAsync(Token), ownsSocket: true);

    public bool WasReached => _outside.Pending();

    /// <summary>Sends all, ends the sending side and reads to the end.</summary>
    public static async Task<byte[]> AskAsync(Stream stream, byte[] bytes)
    {
        try
        {
            await stream.WriteAsync(bytes, Token);
            await HalfClose.CompleteWritesAsync(stream, Token);
        }
        catch (SandboxCallException)
        {
            // The gate has its answer already and takes no more.
        }

        return await ReadAllAsync(stream);
    }

    public static async Task<string> AskAsync(Stream stream, string text) => Encoding.Latin1.GetString(await AskAsync(stream, Encoding.Latin1.GetBytes(text)));

    public static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all, Token);
        return all.ToArray();
    }

    public static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, Token) > 0)
            head.Append((char)one[0]);
        return head.ToString();
    }

    /// <summary>The one audit record, once the tunnel has been served.</summary>
    public async Task<EgressAudit> AuditAsync()
    {
        await Served.WaitAsync(Token);
        return Assert.Single(Audits);
    }

    private Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellationToken) =>
        Names.TryGetValue(name, out var addresses) ? Task.FromResult(addresses) : throw new SocketException((int)SocketError.HostNotFound);
}
