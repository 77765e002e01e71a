using System.Text;
using Drafthorse.Harness.Egress;
using Drafthorse.Sandbox.Doors;

namespace Drafthorse.Tests.Egress;

/// <summary>A port that the policy names: who speaks first is not known, and no lenient server may read what the gate did not.</summary>
public sealed class EgressCustomPortTests
{
    private const int Port = 8081;
    private const string NeitherTlsNorHttp = "neither TLS nor HTTP/1.x; where something else is spoken, the egress allow-list must say host:port/tcp";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServerSpeaksFirst_IsCarried()
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenAsync("registry.example", Port);
        await using var outside = await gate.AcceptAsync();

        await outside.WriteAsync("220 hello\r\n"u8.ToArray(), Token);
        var greeting = new byte[11];
        await tunnel.ReadExactlyAsync(greeting, Token);
        await tunnel.WriteAsync("\0binary"u8.ToArray(), Token);
        var received = new byte[7];
        await outside.ReadExactlyAsync(received, Token);

        Assert.Equal("\0binary"u8.ToArray(), received);
    }

    [Fact]
    public async Task TlsOrHttpThatNamesAnotherHost_IsRefused()
    {
        await using var gate = new GateFixture();

        await using var tls = await gate.OpenAsync("registry.example", Port);
        await GateFixture.AskAsync(tls, ClientHelloTests.Capture("other.example"));
        await gate.Served.WaitAsync(Token);
        await using var http = await gate.OpenAsync("registry.example", Port);
        var told = await GateFixture.AskAsync(http, "GET / HTTP/1.1\r\nHost: other.example\r\n\r\n");
        await gate.Served.WaitAsync(Token);

        Assert.Equal(["TLS names another host", "the request names other.example instead"], gate.Audits.Select(a => a.Reason));
        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\nGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\nGET / HTTP/1.1\nHost: other.example\n\n")]
    [InlineData(" GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\vGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\x1fGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\x85GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\xEF\xBB\xBFGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("GET\t/ HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: other.example\n\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("get / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("M-SEARCH / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("M-SEARCH * HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVW / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("*GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("GET / http/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.2\r\nHost: other.example\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x4\0\0\0\0\0")]
    [InlineData("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\nGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n!\x11\0\fGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\nGET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    public async Task WhatALenientServerReadsAsHttp_IsNotSentOn(string request)
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenAsync("registry.example", Port);
        await using var outside = await gate.AcceptAsync();

        await GateFixture.AskAsync(tunnel, request);
        var audit = await gate.AuditAsync();

        Assert.Equal((EgressResult.Refused, 0L), (audit.Result, audit.BytesUp));
        Assert.Equal(0, await ReadToEndOrCutAsync(outside));
    }

    [Fact]
    public async Task WhatALenientServerReadsAsTls_IsNotSentOn()
    {
        byte[] warning = [21, 3, 1, 0, 2, 1, 0];
        byte[] changeCipher = [20, 3, 3, 0, 1, 1];
        byte[] version2Hello = [0x80, 0x2e, 1, 3, 1];
        foreach (var prefix in new[] { warning, changeCipher, version2Hello, [23, 3, 3, 0, 0], [24, 3, 3, 0, 1, 1] })
        {
            await using var gate = new GateFixture();
            await using var tunnel = await gate.OpenAsync("registry.example", Port);
            await using var outside = await gate.AcceptAsync();

            await GateFixture.AskAsync(tunnel, [.. prefix, .. ClientHelloTests.Capture("other.example")]);

            Assert.Equal("not TLS", (await gate.AuditAsync()).Reason);
            Assert.Equal(0, await ReadToEndOrCutAsync(outside));
        }
    }

    [Theory]
    [InlineData("EHLO me.example\r\n")]
    [InlineData("PING\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public async Task TextProtocol_IsToldHowItIsAllowed_AtOnce(string text)
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenAsync("registry.example", Port);
        await using var outside = await gate.AcceptAsync();

        await tunnel.WriteAsync(Encoding.Latin1.GetBytes(text), Token);

        Assert.Equal(NeitherTlsNorHttp, (await gate.AuditAsync()).Reason);
    }

    [Theory]
    [InlineData("EHLO me.example\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("\x16\x3\x1 no hello")]
    public async Task RuleThatNamesTcp_IsCarriedUnread(string text)
    {
        await using var gate = new GateFixture(settings => settings.Allow = ["registry.example:8081/tcp"]);
        await using var tunnel = await gate.OpenAsync("registry.example", Port);
        await using var outside = await gate.AcceptAsync();
        var received = new byte[text.Length];

        await tunnel.WriteAsync(Encoding.Latin1.GetBytes(text), Token);
        await outside.ReadExactlyAsync(received, Token);

        Assert.Equal(text, Encoding.Latin1.GetString(received));
    }

    [Fact]
    public async Task RepositorysRuleThatNamesTcp_OnlyNarrows()
    {
        await using var gate = new GateFixture(repository: [EgressRule.Parse("registry.example:8081/tcp")]);
        await using var tunnel = await gate.OpenAsync("registry.example", Port);
        await using var outside = await gate.AcceptAsync();

        await tunnel.WriteAsync("EHLO me.example\r\n"u8.ToArray(), Token);

        Assert.Equal(NeitherTlsNorHttp, (await gate.AuditAsync()).Reason);
    }

    [Fact]
    public async Task Connect_WithEarlyData_GoesOn()
    {
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenProxyAsync();
        await tunnel.WriteAsync("CONNECT registry.example:8081 HTTP/1.1\r\nHost: registry.example:8081\r\n\r\n\0early"u8.ToArray(), Token);
        await using var outside = await gate.AcceptAsync();
        var received = new byte[6];

        await outside.ReadExactlyAsync(received, Token);

        Assert.Equal("\0early"u8.ToArray(), received);
    }

    [Fact]
    public async Task Connect_WithARequestInTheSamePacket_GoesOnAndIsChecked()
    {
        const string Connect = "CONNECT registry.example:8081 HTTP/1.1\r\nHost: registry.example:8081\r\n\r\n";
        await using var gate = new GateFixture();
        await using var tunnel = await gate.OpenProxyAsync();
        await tunnel.WriteAsync(Encoding.Latin1.GetBytes($"{Connect}GET /a HTTP/1.1\r\nHost: registry.example:8081\r\n\r\nGET /b HTTP/1.1\r\nHost: other.example:8081\r\n\r\n"), Token);
        await HalfClose.CompleteWritesAsync(tunnel, Token);
        await using var outside = await gate.AcceptAsync();

        Assert.StartsWith("GET /a HTTP/1.1\r\n", await GateFixture.ReadHeadAsync(outside), StringComparison.Ordinal);
        Assert.Equal("the request names other.example instead", (await gate.AuditAsync()).Reason);
    }

    /// <summary>How many bytes came before the end; a connection that is reset ends too.</summary>
    private static async Task<int> ReadToEndOrCutAsync(Stream stream)
    {
        try
        {
            return (await GateFixture.ReadAllAsync(stream)).Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
