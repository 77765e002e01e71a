using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Doors;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Tests.Sandbox.Doors;

/// <summary>The doors of a daemon on free ports of this machine's loopback, with the real wire in memory.</summary>
public sealed class SandboxDoorsTests : IAsyncDisposable
{
    private readonly SandboxDaemon _daemon = new(new SandboxDaemonOptions
    {
        SpillDirectory = Path.GetTempPath(),
        Doors = new DoorOptions { DnsPort = 0, ProxyPort = 0, Ports = [0] },
    });

    private SandboxClient? _client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await _daemon.DisposeAsync();
    }

    [Fact]
    public async Task PortDoor_AddressFromDns_TellsTheHostNameAndPort()
    {
        await AttachAsync(async (request, stream, token) => await stream.WriteAsync(Encoding.ASCII.GetBytes(request.ToString()), token));
        var address = await ResolveAsync("registry.example");

        using var client = await ConnectAsync(new IPEndPoint(address, Port("port")));
        var said = await ReadAllAsync(client);

        Assert.Equal(new TunnelRequest(TunnelDoor.Port, "registry.example", Port("port")).ToString(), said);
    }

    [Fact]
    public async Task PortDoor_AddressWithoutName_IsClosed()
    {
        await AttachAsync((_, _, _) => throw new InvalidOperationException("opened"));

        using var client = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port("port")));

        Assert.Equal("", await ReadAllAsync(client));
    }

    [Fact]
    public async Task ProxyDoor_HalfClosedByTheClient_StillAnswers()
    {
        await AttachAsync(async (_, stream, token) =>
        {
            var text = await new StreamReader(stream).ReadToEndAsync(token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("got " + text), token);
        });

        using var client = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port("proxy")));
        await client.SendAsync("all"u8.ToArray(), Token);
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("got all", await ReadAllAsync(client));
    }

    [Fact]
    public async Task ProxyDoor_HostRefusesWhileTheClientSends_ClientStillReadsWhy()
    {
        await AttachAsync(async (_, stream, token) => await stream.WriteAsync("no"u8.ToArray(), token));

        using var client = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port("proxy")));
        await client.SendAsync(new byte[1 << 20], Token);

        Assert.Equal("no", await ReadAllAsync(client));
    }

    [Fact]
    public async Task ProxyDoor_LargeTransferBothWays_ArrivesWhole()
    {
        await AttachAsync((_, stream, token) => stream.CopyToAsync(stream, token));
        var sent = new byte[5_000_000];
        new Random(1).NextBytes(sent);

        using var client = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port("proxy")));
        await using var stream = new NetworkStream(client);
        var received = new byte[sent.Length];
        await Task.WhenAll(stream.WriteAsync(sent, Token).AsTask(), stream.ReadExactlyAsync(received, Token).AsTask());

        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task DnsDoor_OverTcp_AnswersSeveralQueries()
    {
        using var client = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port("dns")));
        await using var stream = new NetworkStream(client);

        for (var i = 0; i < 3; i++)
        {
            var query = DnsQuery.Create($"n{i}.example", DnsQuery.A);
            await stream.WriteAsync(new byte[] { 0, (byte)query.Length }, Token);
            await stream.WriteAsync(query, Token);
            var length = new byte[2];
            await stream.ReadExactlyAsync(length, Token);
            var reply = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(reply, Token);
            Assert.Equal(1, DnsQuery.Answers(reply));
        }
    }

    [Fact]
    public async Task Open_PortInUse_IsReportedAndTheOthersOpen()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Any, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        await using var doors = SandboxDoors.Open(
            new DoorOptions { DnsPort = 0, ProxyPort = 0, Ports = [port, 0] }, (_, _) => throw new InvalidOperationException());

        Assert.Equal(["dns", "proxy", "port"], doors.Report.Where(d => d.Error is null).Select(d => d.Door));
        Assert.Equal(new DoorReport("port", port, "in use"), doors.Report.Single(d => d.Error is not null));
    }

    [Fact]
    public async Task Attach_WithDoors_TellsWhichOpened()
    {
        await AttachAsync((_, _, _) => Task.CompletedTask);

        Assert.Equal(["dns", "proxy", "port"], _client!.Info.Doors.Select(d => d.Door));
        Assert.All(_client.Info.Doors, d => Assert.True(d is { Error: null, Port: > 0 }));
    }

    private async Task AttachAsync(Func<TunnelRequest, Stream, CancellationToken, Task> serve) =>
        _client = await SandboxClient.AttachAsync(_daemon.Connect(), new AttachRequest { Token = 1 }, new WireHandlers().AddTunnels(serve), Token);

    private int Port(string door) => _daemon.Doors.Single(d => d.Door == door).Port;

    private async Task<IPAddress> ResolveAsync(string name)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port("dns")), Token);
        await socket.SendAsync(DnsQuery.Create(name, DnsQuery.A), Token);
        var reply = new byte[512];
        var length = await socket.ReceiveAsync(reply, Token);
        return new IPAddress(reply[(length - 4)..length]);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint end)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(end, Token);
        return socket;
    }

    private static async Task<string> ReadAllAsync(Socket client)
    {
        var bytes = new byte[4096];
        var length = 0;
        int count;
        while ((count = await client.ReceiveAsync(bytes.AsMemory(length), Token)) > 0)
            length += count;
        return Encoding.ASCII.GetString(bytes, 0, length);
    }
}
