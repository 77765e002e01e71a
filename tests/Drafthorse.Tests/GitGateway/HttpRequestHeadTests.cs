using Drafthorse.Harness.GitGateway.Http;
using FsCheck.Xunit;

namespace Drafthorse.Tests.GitGateway;

public sealed class HttpRequestHeadTests
{
    [Fact]
    public void Parse_GitsRequest_IsRead()
    {
        var head = HttpRequestHead.Parse(
            "POST /code.example/acme/widgets.git/git-upload-pack HTTP/1.1\r\nHost: git\r\nContent-Type: application/x-git-upload-pack-request\r\n"
            + "Content-Encoding: gzip\r\nGit-Protocol: version=2\r\nContent-Length: 12");

        Assert.Equal("/code.example/acme/widgets.git/git-upload-pack", head.Path);
        Assert.Equal((12L, true, "version=2", true), (head.ContentLength, head.IsGzip, head.GitProtocol, head.KeepAlive));
    }

    [Fact]
    public void Parse_ProxyForm_DropsTheAuthority()
    {
        var head = HttpRequestHead.Parse("GET http://git.drafthorse.internal/h/o/r/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x");

        Assert.Equal(("/h/o/r/info/refs", "service=git-upload-pack"), (head.Path, head.Query));
    }

    [Theory]
    [InlineData("GET / HTTP/1.0")]
    [InlineData("GET  / HTTP/1.1")]
    [InlineData("GET /")]
    [InlineData("")]
    [InlineData("GET x HTTP/1.1")]
    [InlineData("GET https://a/b HTTP/1.1")]
    [InlineData("GET / HTTP/1.1\r\n folded: x")]
    [InlineData("GET / HTTP/1.1\r\nA : x")]
    [InlineData("GET / HTTP/1.1\r\nA\nB: x")]
    [InlineData("GET / HTTP/1.1\r\nno colon")]
    [InlineData("GET / HTTP/1.1\r\nA: x\ny")]
    [InlineData("GET / HTTP/1.1\r\nA: x\ry")]
    [InlineData("GET / HTTP/1.1\r\nA: x\0y")]
    [InlineData("GET /\n HTTP/1.1")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked")]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: -1")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: +1")]
    [InlineData("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999")]
    [InlineData("POST / HTTP/1.1\r\nContent-Encoding: br")]
    public void Parse_AmbiguousOrMalformed_IsRefused(string text) =>
        Assert.InRange(Assert.Throws<HttpException>(() => HttpRequestHead.Parse(text)).Status, 400, 431);

    [Property]
    public bool Parse_AnyText_ReadsOrThrowsItsOwnException(string? text)
    {
        try
        {
            return HttpRequestHead.Parse(text ?? "") is not null;
        }
        catch (HttpException)
        {
            return true;
        }
    }
}
