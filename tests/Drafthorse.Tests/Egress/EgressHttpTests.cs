using System.Text;
using Drafthorse.Harness.Egress;

namespace Drafthorse.Tests.Egress;

public sealed class EgressHttpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Http_TwoRequestsOnOneConnection_AreBothCarried()
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenAsync("registry.example", 80);
        await tunnel.WriteAsync("POST /a HTTP/1.1\r\nHost: registry.example\r\nContent-Length: 3\r\n\r\nxyzGET /b HTTP/1.1\r\nHost: registry.example:80\r\n\r\n"u8.ToArray(), Token);
        await using var outside = await gate.AcceptAsync();

        var first = await GateFixture.ReadHeadAsync(outside);
        var body = new byte[3];
        await outside.ReadExactlyAsync(body, Token);
        var second = await GateFixture.ReadHeadAsync(outside);

        Assert.StartsWith("POST /a HTTP/1.1\r\n", first, StringComparison.Ordinal);
        Assert.Equal("xyz"u8.ToArray(), body);
        Assert.StartsWith("GET /b HTTP/1.1\r\n", second, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /b HTTP/1.1\r\nHost: other.example\r\n\r\n", "the request names other.example instead")]
    [InlineData("GET http://other.example/b HTTP/1.1\r\nHost: registry.example\r\n\r\n", "the request names registry.example instead")]
    [InlineData("GET /b HTTP/1.1\r\nHost: registry.example:8080\r\n\r\n", "the request names registry.example instead")]
    [InlineData("GET /b HTTP/1.1\r\nHost: registry.example\r\nHost: other.example\r\n\r\n", "more than one Host field")]
    [InlineData("GET /b HTTP/1.1\r\n\r\n", "the request has no Host field")]
    [InlineData("CONNECT other.example:443 HTTP/1.1\r\nHost: registry.example\r\n\r\n", "CONNECT inside a connection")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "malformed request line")]
    [InlineData("GET / HT", "malformed request: it was cut")]
    public async Task Http_RequestThatDoesNotNameTheHostAlone_IsRefusedFirstAndLater(string request, string reason)
    {
        await using var gate = new GateFixture();

        await using (var tunnel = await gate.OpenAsync("registry.example", 80))
        {
            Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", await GateFixture.AskAsync(tunnel, request), StringComparison.Ordinal);
            Assert.Equal(reason, (await gate.AuditAsync()).Reason);
            Assert.False(gate.WasReached);
        }

        await using (var tunnel = await gate.OpenAsync("registry.example", 80))
        {
            await tunnel.WriteAsync(Encoding.Latin1.GetBytes("GET /a HTTP/1.1\r\nHost: registry.example\r\n\r\n" + request), Token);
            await Drafthorse.Sandbox.Doors.HalfClose.CompleteWritesAsync(tunnel, Token);
            await using var outside = await gate.AcceptAsync();
            var received = Encoding.Latin1.GetString(await ReadUntilCutAsync(outside));
            await gate.Served.WaitAsync(Token);

            Assert.Equal("GET /a HTTP/1.1\r\nHost: registry.example\r\n\r\n", received);
            Assert.Equal(reason, gate.Audits.Last().Reason);
        }
    }

    [Fact]
    public async Task Http_ChunkedBody_IsWrittenAnewWithoutExtensionsAndTrailers()
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenAsync("registry.example", 80);
        await tunnel.WriteAsync(
            "POST / HTTP/1.1\r\nHost: registry.example\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n05;x=y\r\nhello\r\n0\r\nHost: other.example\r\n\r\n"u8.ToArray(), Token);
        await Drafthorse.Sandbox.Doors.HalfClose.CompleteWritesAsync(tunnel, Token);
        await using var outside = await gate.AcceptAsync();

        var received = Encoding.Latin1.GetString(await GateFixture.ReadAllAsync(outside));

        Assert.EndsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n", received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5 ;\nx\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("fffffffffffffffff\r\nhello\r\n0\r\n\r\n")]
    [InlineData("4\r\nhello\r\n0\r\n\r\n")]
    [InlineData("\r\nhello\r\n0\r\n\r\n")]
    public async Task Http_BrokenChunks_EndTheConnection(string body)
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenAsync("registry.example", 80);
        await tunnel.WriteAsync(Encoding.Latin1.GetBytes("POST / HTTP/1.1\r\nHost: registry.example\r\nTransfer-Encoding: chunked\r\n\r\n" + body), Token);
        await using var outside = await gate.AcceptAsync();

        var audit = await gate.AuditAsync();

        Assert.Equal(EgressResult.Refused, audit.Result);
        Assert.StartsWith("malformed request", audit.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_MoreAfterTheLastRequest_IsNotSentOn()
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenAsync("registry.example", 80);
        var asked = GateFixture.AskAsync(tunnel, "GET /a HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: other.example\r\n\r\n");
        await using var outside = await gate.AcceptAsync();

        var received = Encoding.Latin1.GetString(await GateFixture.ReadAllAsync(outside));
        outside.Close();
        await asked;

        Assert.Equal("GET /a HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n", received);
    }

    [Fact]
    public async Task Proxy_AbsoluteRequest_IsCarriedOnAConnectionOfItsOwn()
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenProxyAsync();
        var asked = GateFixture.AskAsync(tunnel, "GET http://registry.example:8081/npm?x HTTP/1.1\r\nHost: registry.example:8081\r\nProxy-Connection: keep-alive\r\n\r\n");
        await using var outside = await gate.AcceptAsync();

        var received = await GateFixture.ReadHeadAsync(outside);
        await outside.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), Token);
        outside.Close();

        Assert.Equal("GET /npm?x HTTP/1.1\r\nHost: registry.example:8081\r\nConnection: close\r\n\r\n", received);
        Assert.Equal("HTTP/1.1 204 No Content\r\n\r\n", await asked);
    }

    [Fact]
    public async Task Proxy_Connect_IsCarriedWhenTheHelloAgrees()
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenProxyAsync();
        await tunnel.WriteAsync("CONNECT registry.example:443 HTTP/1.1\r\nHost: registry.example:443\r\n\r\n"u8.ToArray(), Token);
        var answer = await GateFixture.ReadHeadAsync(tunnel);
        var hello = ClientHelloTests.Capture("registry.example");
        await tunnel.WriteAsync(hello, Token);
        await using var outside = await gate.AcceptAsync();
        var received = new byte[hello.Length];

        await outside.ReadExactlyAsync(received, Token);

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal(hello, received);
    }

    [Theory]
    [InlineData("CONNECT evil.example:443 HTTP/1.1\r\n\r\n", "not on the allow-list")]
    [InlineData("CONNECT registry.example:22 HTTP/1.1\r\n\r\n", "port 22 is not allowed for this host")]
    [InlineData("CONNECT 127.0.0.1:80 HTTP/1.1\r\n\r\n", "a loopback address")]
    [InlineData("CONNECT [::ffff:169.254.169.254]:80 HTTP/1.1\r\n\r\n", "a mapped IPv4 address")]
    [InlineData("CONNECT 0251.0376.0251.0376:80 HTTP/1.1\r\n\r\n", "a metadata address")]
    [InlineData("GET http://[fd00:ec2::254]/latest HTTP/1.1\r\n\r\n", "a metadata address")]
    [InlineData("GET http://2852039166/latest HTTP/1.1\r\nHost: x\r\n\r\n", "a metadata address")]
    [InlineData("GET http://10.0.0.1/ HTTP/1.1\r\nHost: x\r\n\r\n", "not on the allow-list")]
    [InlineData("GET / HTTP/1.1\r\nHost: registry.example\r\n\r\n", "a request to the proxy names its host, by CONNECT or an http:// URL")]
    [InlineData("nonsense\r\n\r\n", "malformed request line")]
    public async Task Proxy_NotAllowed_IsToldWhyAndAudited(string request, string reason)
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenProxyAsync();

        var answer = await GateFixture.AskAsync(tunnel, request);

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.Equal((EgressResult.Refused, reason), ((await gate.AuditAsync()).Result, gate.Audits.Single().Reason));
    }

    /// <summary>Reads to the end; a connection that is reset ends too.</summary>
    private static async Task<byte[]> ReadUntilCutAsync(Stream stream)
    {
        var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all, Token);
        }
        catch (IOException)
        {
            // Cut off, which is what a refused request does.
        }

        return all.ToArray();
    }
}
