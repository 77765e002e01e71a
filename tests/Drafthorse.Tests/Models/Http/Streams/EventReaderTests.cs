using System.IO.Compression;
using System.Net;
using System.Text;
using Drafthorse.Harness.Models;

namespace Drafthorse.Tests.Models.Http.Streams;

/// <summary>Streams of events as servers really send them.</summary>
public sealed class EventReaderTests
{
    private const string Hi = """{"choices":[{"delta":{"content":"hi"}}]}""";
    private const string Stop = """{"choices":[{"delta":{},"finish_reason":"stop"}]}""";

    [Theory]
    [InlineData($"data: {Hi}\n\ndata:\n\ndata: {Stop}\n\n")]
    [InlineData($"data: {Hi}\n\ndata: : keepalive\n\ndata: {Stop}\n\n")]
    [InlineData($": ping\n\ndata: {Hi}\n\n:\n\nevent: ping\ndata: {{}}\n\ndata: {Stop}\n\n")]
    [InlineData($"\ufeffdata: {Hi}\r\n\r\ndata: {Stop}\r\n\r\n")]
    [InlineData($"data: {Hi}\r\rdata: {Stop}\r\r")]
    [InlineData($"data:{Hi}\n\ndata:{Stop}")]
    [InlineData($"data: {Hi}\ndata: {Stop}\n")]
    [InlineData($"data: {Hi}\n\ndata: [DONE]")]
    [InlineData($"data: {Hi}\n\ndata: [DONE]\r\n\r\ndata: {{\n\n")]
    [InlineData($"data: {Hi}\n\ndata:  [done] \n\n")]
    [InlineData($"data: {Hi}\n\ndata: \"[DONE]\"\n\n")]
    [InlineData($"data: {Hi}\n\ndata: OPENROUTER PROCESSING\n\ndata: [PING]\n\ndata: {Stop}\n\n")]
    [InlineData($"id: 1\nretry: 5\nevent: message\ndata: {Hi}\n\nnonsense\n\ndata: {Stop}\n\n")]
    [InlineData("""data: {"choices":[{"delta":{"content":[{"type":"text","text":"h"},{"type":"text","text":"i"}]}}]}""" + $"\n\ndata: {Stop}\n\n")]
    public async Task Ask_OddStream_IsRead(string body)
    {
        foreach (var size in new[] { 1, 3, 100_000 })
        {
            var http = new RecordedHttp().Body(new ChoppedStream(Encoding.UTF8.GetBytes(body), size));

            Assert.Equal("hi", (await ModelTest.Client("openai-chat:m", http).AskAsync()).Text);
        }
    }

    [Fact]
    public async Task Ask_KeepAlivesForEver_AreBounded()
    {
        var body = string.Concat(Enumerable.Repeat("data: : keepalive\n\n", 2_000)) + $"data: {Stop}\n\n";

        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Client("openai-chat:m", new RecordedHttp().Raw(body)).AskAsync());

        Assert.Contains("say nothing", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai-chat:m", """{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}""")]
    [InlineData("openai:m", """{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"hi"}]}]}""")]
    [InlineData("anthropic:m", """{"type":"message","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn"}""")]
    public async Task Ask_ServerThatDoesNotStream_IsReadAllTheSame(string spec, string body)
    {
        var http = new RecordedHttp { Otherwise = () => new HttpResponseMessage { Content = new StringContent(body, Encoding.UTF8, "application/json") } };

        Assert.Equal("hi", (await ModelTest.Client(spec, http).AskAsync()).Text);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    public async Task Ask_StreamOfAnotherType_IsRead(string type)
    {
        var http = new RecordedHttp { Otherwise = () => new HttpResponseMessage { Content = new StringContent($"data: {Hi}\n\ndata: {Stop}\n\n", Encoding.UTF8, type) } };

        Assert.Equal("hi", (await ModelTest.Client("openai-chat:m", http).AskAsync()).Text);
    }

    [Fact]
    public async Task Ask_CompressedThoughNobodyAsked_IsRead()
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes($"data: {Hi}\n\ndata: {Stop}\n\n"), TestContext.Current.CancellationToken);
        }

        var http = new RecordedHttp
        {
            Otherwise = () =>
            {
                var response = RecordedHttp.StreamOf(new MemoryStream(packed.ToArray()));
                response.Content.Headers.ContentEncoding.Add("gzip");
                return response;
            },
        };

        Assert.Equal("hi", (await ModelTest.Client("openai-chat:m", http).AskAsync()).Text);
    }

    [Fact]
    public async Task Ask_PageOfAProxy_TellsItsTitle()
    {
        var http = new RecordedHttp { Otherwise = () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html><title>Sign in</title></html>", Encoding.UTF8, "text/html") } };

        var exception = await Assert.ThrowsAsync<ModelException>(() => ModelTest.Client("openai-chat:m", http, ("OPENAI_BASE_URL", "http://h/v1?key=hidden")).AskAsync());

        Assert.Contains("Sign in", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Hands out a few bytes at a time.</summary>
    private sealed class ChoppedStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
