using System.Text;
using Drafthorse.Harness.Egress.Connections;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Egress;

public sealed class RequestHeadTests
{
    [Fact]
    public void ToBytes_OrdinaryRequest_KeepsEverythingThatIsNotOfTheConnection()
    {
        var head = Parse("GET /a?b=c HTTP/1.1\r\nHost: registry.example\r\nAccept:  */* \r\nConnection: keep-alive, Upgrade\r\nUpgrade: h2c\r\nProxy-Authorization: x");

        Assert.Equal("GET /a?b=c HTTP/1.1\r\nHost: registry.example\r\nAccept: */*\r\n\r\n", Encoding.ASCII.GetString(head.ToBytes(close: false)));
        Assert.EndsWith("Connection: close\r\n\r\n", Encoding.ASCII.GetString(head.ToBytes(close: true)), StringComparison.Ordinal);
        Assert.Equal(0, head.ContentLength);
        Assert.Equal("registry.example", head.Host?.Host.Text);
    }

    [Theory]
    [InlineData("http://registry.example/a", "registry.example", 80, "/a")]
    [InlineData("HTTP://registry.example:8081?q", "registry.example", 8081, "/?q")]
    [InlineData("http://registry.example", "registry.example", 80, "/")]
    [InlineData("http://2852039166/latest/meta-data", "169.254.169.254", 80, "/latest/meta-data")]
    public void TryParse_AbsoluteTarget_IsSplit(string target, string host, int port, string path)
    {
        var head = Parse($"GET {target} HTTP/1.1\r\nHost: registry.example");

        Assert.Equal((host, port), (head.Authority!.Value.Host.Text, head.Authority.Value.Port));
        Assert.Equal(path, head.Target);
    }

    [Fact]
    public void TryParse_Connect_NamesHostAndPort()
    {
        var head = Parse("CONNECT registry.example:443 HTTP/1.1\r\nHost: x");

        Assert.Equal(("registry.example", 443), (head.Authority!.Value.Host.Text, head.Authority.Value.Port));
    }

    [Fact]
    public void TryParse_Version10_IsTheLastRequest() => Assert.True(Parse("GET / HTTP/1.0\r\nHost: a.example").IsLast);

    [Theory]
    [InlineData("GET / HTTP/2.0\r\nHost: a")]
    [InlineData("PRI * HTTP/2.0")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a")]
    [InlineData("GET /\tx HTTP/1.1\r\nHost: a")]
    [InlineData("GET / HTTP/1.1 \r\nHost: a")]
    [InlineData(" GET / HTTP/1.1\r\nHost: a")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b")]
    [InlineData("GET / HTTP/1.1\r\nHost : a")]
    [InlineData("GET / HTTP/1.1\r\n Host: a")]
    [InlineData("GET / HTTP/1.1\r\nX: y\r\n folded: z\r\nHost: a")]
    [InlineData("GET / HTTP/1.1\nHost: a")]
    [InlineData("GET / HTTP/1.1\r\nX: a\nHost: b\r\nHost: a")]
    [InlineData("GET / HTTP/1.1\r\nX: a\rHost: b\r\nHost: a")]
    [InlineData("GET / HTTP/1.1\r\nX: \0\r\nHost: a")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b")]
    [InlineData("GET / HTTP/1.1\r\nHost: user@a")]
    [InlineData("GET http://user@a/ HTTP/1.1\r\nHost: a")]
    [InlineData("GET https://a/ HTTP/1.1\r\nHost: a")]
    [InlineData("GET a HTTP/1.1\r\nHost: a")]
    [InlineData("CONNECT a HTTP/1.1\r\nHost: a")]
    [InlineData("CONNECT /a:443 HTTP/1.1\r\nHost: a")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity")]
    [InlineData("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:")]
    [InlineData("")]
    public void TryParse_WhatReadersCouldDisagreeAbout_IsRefused(string text) =>
        Assert.False(RequestHead.TryParse(Encoding.Latin1.GetBytes(text + "\r\n\r\n"), out _, out _));

    [Property(MaxTest = 3000)]
    public void TryParse_DamagedHead_NeverThrowsAndWritesOneHead(ushort at, byte value)
    {
        var bytes = Encoding.ASCII.GetBytes("POST /a HTTP/1.1\r\nHost: registry.example\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
        bytes[at % (bytes.Length - 4)] = value;

        if (RequestHead.TryParse(bytes, out var head, out _))
        {
            var written = Encoding.Latin1.GetString(head.ToBytes(close: false));
            Assert.Equal(written.Length - 4, written.IndexOf("\r\n\r\n", StringComparison.Ordinal));
            Assert.DoesNotContain('\n', written.Replace("\r\n", "", StringComparison.Ordinal));
        }
    }

    private static RequestHead Parse(string text)
    {
        Assert.True(RequestHead.TryParse(Encoding.Latin1.GetBytes(text + "\r\n\r\n"), out var head, out var problem), problem);
        return head;
    }
}
