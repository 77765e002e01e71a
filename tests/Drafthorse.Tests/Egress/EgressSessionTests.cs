using System.Net;
using System.Text;
using Drafthorse.Harness.Egress;
using Drafthorse.Harness.Egress.Connections;
using Drafthorse.Harness.Egress.Registries;

namespace Drafthorse.Tests.Egress;

public sealed class EgressSessionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tls_NameInHelloIsTheNameAsked_IsCarriedUntouched()
    {
        await using var gate = new GateFixture();
        var hello = ClientHelloTests.Capture("registry.example");

        await using var tunnel = await gate.OpenAsync("registry.example", 443);
        var asked = GateFixture.AskAsync(tunnel, hello);
        await using var outside = await gate.AcceptAsync();
        var received = await GateFixture.ReadAllAsync(outside);
        await outside.WriteAsync("answer"u8.ToArray(), Token);
        outside.Close();

        Assert.Equal(hello, received);
        Assert.Equal("answer"u8.ToArray(), await asked);
        var audit = await gate.AuditAsync();
        Assert.Equal(
            ("registry.example", 443, EgressResult.Allowed, "127.0.0.1", (long)hello.Length, 6L),
            (audit.Name, audit.Port, audit.Result, audit.Address, audit.BytesUp, audit.BytesDown));
        Assert.Empty(gate.Session.Blocked);
    }

    [Theory]
    [InlineData("other.example", "TLS names another host")]
    [InlineData("", "no server name")]
    public async Task Tls_HelloNamesAnotherHostOrNone_IsRefusedBeforeConnecting(string sni, string reason)
    {
        await using var gate = new GateFixture();

        await using var tunnel = await gate.OpenAsync("registry.example", 443);
        var answer = await GateFixture.AskAsync(tunnel, ClientHelloTests.Capture(sni));

        Assert.Equal([21, 3, 3, 0, 2, 2, 49], answer);
        Assert.False(gate.WasReached);
        Assert.Equal((EgressResult.Refused, reason), ((await gate.AuditAsync()).Result, gate.Audits.Single().Reason));
    }

    [Fact]
    public async Task Tls_PlainTextOnPort443_IsRefused()
    {
        await using var gate = new GateFixture();

        await using var tunnel = await gate.OpenAsync("registry.example", 443);
        await GateFixture.AskAsync(tunnel, "GET / HTTP/1.1\r\nHost: other.example\r\n\r\n");

        Assert.Equal("not TLS", (await gate.AuditAsync()).Reason);
        Assert.False(gate.WasReached);
    }

    [Fact]
    public async Task Tls_ClientSaysNothing_IsRefusedAfterTheHelloTime()
    {
        await using var gate = new GateFixture(settings => settings.HelloTime = TimeSpan.FromMilliseconds(50));

        await using var tunnel = await gate.OpenAsync("registry.example", 443);
        await GateFixture.ReadAllAsync(tunnel);

        Assert.StartsWith("no ClientHello within", (await gate.AuditAsync()).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", 80, "not on the allow-list")]
    [InlineData("registry.example", 22, "port 22 is not allowed for this host")]
    [InlineData("169.254.169.254", 80, "a metadata address")]
    [InlineData("2852039166", 80, "a metadata address")]
    [InlineData("0x7f.1", 80, "a loopback address")]
    [InlineData("::ffff:127.0.0.1", 80, "a mapped IPv4 address")]
    [InlineData("1.1.1.1", 80, "not on the allow-list")]
    [InlineData("no host", 80, "not a host name")]
    public async Task Port_NotAllowed_IsRefusedAndToldAndAudited(string name, int port, string reason)
    {
        await using var gate = new GateFixture();

        await using var tunnel = await gate.OpenAsync(name, port);
        var answer = await GateFixture.AskAsync(tunnel, "");

        Assert.Equal(reason, (await gate.AuditAsync()).Reason);
        if (port == 80)
        {
            Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
            Assert.EndsWith($"({reason})\n", answer, StringComparison.Ordinal);
        }

        var blocked = Assert.Single(gate.Session.Blocked);
        Assert.StartsWith("blocked: ", blocked.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($" ({reason})", blocked.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("code.example", 443)]
    [InlineData("code.example", 80)]
    [InlineData("code.example", 22)]
    [InlineData("api.code.example", 443)]
    public async Task Port_GatewayOnlyHost_IsRefusedThoughAllowed(string name, int port)
    {
        await using var gate = new GateFixture(settings =>
        {
            settings.Allow = ["*", "*:22"];
            settings.GatewayOnly = ["code.example", "*.code.example"];
        });

        await using var tunnel = await gate.OpenAsync(name, port);
        await GateFixture.AskAsync(tunnel, "");

        Assert.Contains("gateway only", (await gate.AuditAsync()).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", "it resolves to a loopback address")]
    [InlineData("169.254.169.254", "it resolves to a metadata address")]
    [InlineData("10.0.0.1", "it resolves to a private address")]
    [InlineData("::ffff:10.0.0.1", "it resolves to a mapped IPv4 address")]
    public async Task Dns_LeadsToAnAddressThatIsNotTheInternet_IsRefused(string address, string reason)
    {
        await using var gate = new GateFixture();
        gate.Names["private.example"] = [IPAddress.Parse(address)];

        await using var tunnel = await gate.OpenAsync("private.example", 443);
        await GateFixture.AskAsync(tunnel, ClientHelloTests.Capture("private.example"));

        Assert.Equal((EgressResult.Refused, reason), ((await gate.AuditAsync()).Result, gate.Audits.Single().Reason));
    }

    [Fact]
    public void Check_MixedAddresses_LeavesTheAllowedOnes()
    {
        IPAddress[] addresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Loopback, IPAddress.Parse("1.1.1.1"), IPAddress.Parse("64:ff9b::a00:1")];

        Assert.Equal(["1.1.1.1"], UpstreamConnector.Check(addresses, privateAllowed: false).Select(a => a.ToString()));
        Assert.Equal(["10.0.0.1", "1.1.1.1"], UpstreamConnector.Check(addresses, privateAllowed: true).Select(a => a.ToString()));
    }

    [Fact]
    public async Task IsPrivateAllowed_ConfiguredAndRegistryHosts_OnTheirPortOnly()
    {
        await using var gate = new GateFixture(settings => settings.Private = ["private.example:443"]);
        gate.Registries.Add(new PackageRegistry("npm", new Uri("http://mirror.example:4873/npm/"), HasCredentials: false));

        Assert.True(await IsAllowedAsync("private.example", 443));
        Assert.False(await IsAllowedAsync("private.example", 80));
        Assert.True(await IsAllowedAsync("mirror.example", 4873));
        Assert.False(await IsAllowedAsync("registry.example", 443));

        async Task<bool> IsAllowedAsync(string name, int port) =>
            HostName.TryParse(name, out var host) && await gate.Gate.IsPrivateAllowedAsync(host, port, Token);
    }

    [Fact]
    public async Task Dns_UnknownName_FailsWithItsReason()
    {
        await using var gate = new GateFixture();

        await using var tunnel = await gate.OpenAsync("private.example", 443);
        var answer = await GateFixture.AskAsync(tunnel, ClientHelloTests.Capture("private.example"));

        Assert.Equal("the name does not resolve", (await gate.AuditAsync()).Reason);
        Assert.Equal(80, answer[^1]);
        Assert.Equal("failed: private.example (the name does not resolve)", gate.Session.Blocked.Single().ToString());
    }

    [Fact]
    public async Task Repository_List_OnlyNarrows()
    {
        await using var gate = new GateFixture(repository: [EgressRule.Parse("evil.example"), EgressRule.Parse("private.example")]);

        foreach (var name in new[] { "registry.example", "evil.example", "private.example" })
        {
            await using var tunnel = await gate.OpenAsync(name, 443);
            await GateFixture.AskAsync(tunnel, ClientHelloTests.Capture(name));
            await gate.Served.WaitAsync(Token);
        }

        Assert.Equal(["not on the repository's egress list", "not on the allow-list", "the name does not resolve"], gate.Audits.Select(a => a.Reason));
    }

    [Fact]
    public async Task Registries_WithoutCredentials_AreAllowedOnTheirPortOnly()
    {
        await using var gate = new GateFixture();
        gate.Registries.Add(new PackageRegistry("npm", new Uri("http://mirror.example:4873/npm/"), HasCredentials: false));
        gate.Registries.Add(new PackageRegistry("pip", new Uri("https://secret.example/simple"), HasCredentials: true));

        foreach (var (name, port) in new[] { ("mirror.example", 4873), ("mirror.example", 443), ("secret.example", 443) })
        {
            await using var tunnel = await gate.OpenAsync(name, port);
            await GateFixture.AskAsync(tunnel, ClientHelloTests.Capture(name));
            await gate.Served.WaitAsync(Token);
        }

        Assert.Equal(["the name does not resolve", "port 443 is not allowed for this host"], gate.Audits.Take(2).Select(a => a.Reason));
        Assert.StartsWith("this server holds credentials", gate.Audits.Last().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_MoreThanTheLimit_AreRefused()
    {
        await using var gate = new GateFixture(settings => settings.MaxConnections = 1);
        await using var first = await gate.OpenAsync("registry.example", 443);
        await first.WriteAsync(ClientHelloTests.Capture("registry.example"), Token);
        await using var outside = await gate.AcceptAsync();

        await using var second = await gate.OpenAsync("registry.example", 443);
        await GateFixture.ReadAllAsync(second);

        Assert.Equal("more than 1 connections at once", (await gate.AuditAsync()).Reason);
    }

    [Fact]
    public async Task Bytes_MoreThanTheLimit_EndTheConnection()
    {
        await using var gate = new GateFixture(settings => settings.MaxBytes = 10_000);
        await using var tunnel = await gate.OpenAsync("registry.example", 443);
        await tunnel.WriteAsync(ClientHelloTests.Capture("registry.example"), Token);
        await using var outside = await gate.AcceptAsync();

        await outside.WriteAsync(new byte[100_000], Token);

        Assert.Equal((EgressResult.Failed, "more than 10000 bytes"), ((await gate.AuditAsync()).Result, gate.Audits.Single().Reason));
    }

    [Fact]
    public async Task Idle_LongerThanTheLimit_EndsTheConnection()
    {
        await using var gate = new GateFixture(settings => settings.IdleTime = TimeSpan.FromMilliseconds(100));
        await using var tunnel = await gate.OpenAsync("registry.example", 443);
        await tunnel.WriteAsync(ClientHelloTests.Capture("registry.example"), Token);
        await using var outside = await gate.AcceptAsync();

        Assert.Equal(EgressResult.Allowed, (await gate.AuditAsync()).Result);
    }

    [Fact]
    public async Task Host_InternalName_IsHandledHereOnPort80Only()
    {
        await using var gate = new GateFixture();
        gate.Hosts["git.internal"] = async (stream, token) =>
        {
            var head = await GateFixture.ReadHeadAsync(stream);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("saw " + head), token);
        };

        await using var plain = await gate.OpenAsync("git.internal", 80);
        await using var other = await gate.OpenAsync("git.internal", 443);

        Assert.Equal("saw GET /a HTTP/1.1\r\nHost: git.internal\r\n\r\n", await GateFixture.AskAsync(plain, "GET /a HTTP/1.1\r\nHost: git.internal\r\n\r\n"));
        Assert.Equal([21, 3, 3, 0, 2, 2, 49], await GateFixture.ReadAllAsync(other));
    }
}
