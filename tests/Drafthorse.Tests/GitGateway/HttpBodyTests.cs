using System.Text;
using Drafthorse.Harness.GitGateway.Http;
using Drafthorse.Sandbox.Streams;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.GitGateway;

public sealed class HttpBodyTests
{
    [Fact]
    public async Task Read_Chunked_EndsWhereTheBodyEnds()
    {
        var connection = Connection("4\r\nabcd\r\n3;x=y\r\nefg\r\n0\r\nTrailer: t\r\n\r\nGET /next");
        var body = new HttpBody(connection, null);

        var text = await ReadAllAsync(body);

        Assert.Equal("abcdefg", text);
        Assert.True(body.IsRead);
        var rest = new byte[9];
        await connection.ReadAsync(rest, TestContext.Current.CancellationToken);
        Assert.Equal("GET /next", Encoding.ASCII.GetString(rest));
    }

    [Fact]
    public async Task Read_ByLength_StopsThere()
    {
        var body = new HttpBody(Connection("abcdef"), 4);

        Assert.Equal("abcd", await ReadAllAsync(body));
    }

    [Theory]
    [InlineData("4\r\nab")]
    [InlineData("4\nabcd\r\n0\r\n\r\n")]
    [InlineData("-4\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\nabcd")]
    [InlineData("4\r\nabcdX\r\n0\r\n\r\n")]
    [InlineData("\r\n")]
    [InlineData("0x4\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("4;a=\nb\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("4;a=\rb\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("4;a=\0b\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("4;a=\u000bb\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("4\r\nabcd\r\n0;\n\r\n\r\n")]
    [InlineData("4\r\nabcd\r\n0\r\nTrailer: a\nb\r\n\r\n")]
    public async Task Read_MalformedChunks_IsRefused(string text) =>
        Assert.Equal(400, (await Assert.ThrowsAsync<HttpException>(() => ReadAllAsync(new HttpBody(Connection(text), null)))).Status);

    [Fact]
    public async Task Read_ByteNowAndThen_IsGivenUp()
    {
        var time = new FakeTimeProvider();
        var connection = new HttpConnection(new DrippingStream(time, TimeSpan.FromSeconds(10)), new Pace(TimeSpan.FromMinutes(2), 4096, time));

        var exception = await Assert.ThrowsAsync<HttpException>(() => ReadAllAsync(new HttpBody(connection, 1000)));

        Assert.Equal(408, exception.Status);
        Assert.InRange(time.GetUtcNow() - time.Start, Pace.Allowance, Pace.Allowance + TimeSpan.FromSeconds(11));
    }

    [Property]
    public async Task<bool> Read_AnyBytes_EndsOrThrowsItsOwnException(byte[] bytes)
    {
        var connection = new HttpConnection(new MemoryStream(bytes), new Pace(TimeSpan.FromSeconds(5), 4096, TimeProvider.System));
        try
        {
            var head = await connection.ReadHeadAsync(CancellationToken.None);
            return head is null || (await ReadAllAsync(new HttpBody(connection, head.ContentLength))).Length <= bytes.Length;
        }
        catch (HttpException)
        {
            return true;
        }
    }

    private static HttpConnection Connection(string text) => new(new MemoryStream(Encoding.Latin1.GetBytes(text)), new Pace(TimeSpan.FromSeconds(5), 4096, TimeProvider.System));

    private static async Task<string> ReadAllAsync(HttpBody body)
    {
        var all = new MemoryStream();
        await body.CopyToAsync(all);
        return Encoding.Latin1.GetString(all.ToArray());
    }

    /// <summary>Gives one byte at a time, each after a while.</summary>
    private sealed class DrippingStream(FakeTimeProvider time, TimeSpan pause) : ForwardStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(pause);
            cancellationToken.ThrowIfCancellationRequested();
            buffer.Span[0] = (byte)'x';
            return ValueTask.FromResult(1);
        }
    }
}
