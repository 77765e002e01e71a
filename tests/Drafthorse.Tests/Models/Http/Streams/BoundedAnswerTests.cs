using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Http.Streams;

/// <summary>Endless and huge answers over a real connection: the client gives up while its memory is still small.</summary>
[Collection(nameof(MeasuredMemory))]
public sealed class BoundedAnswerTests
{
    private const string Headers = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private const long MostMemory = 96L * 1024 * 1024;

    private static readonly string Long = new('z', 60_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string, string> Endless => new()
    {
        { "openai-chat:m", "one line", "data: {\"choices\":[{\"delta\":{\"content\":\"", Long },
        { "openai-chat:m", "one event of many lines", "data: {", $"\ndata: {Long}" },
        { "openai-chat:m", "no line at all", "", Long },
        { "openai-chat:m", "one JSON body", "{\"error\":\"", Long },
        { "openai-chat:m", "text", "", $$$"""data: {"choices":[{"delta":{"content":"{{{Long}}}"}}]}{{{"\n\n"}}}""" },
        { "openai-chat:m", "text in tiny pieces", "", string.Concat(Enumerable.Repeat("data: {\"choices\":[{\"delta\":{\"content\":\"a\",\"reasoning\":\"b\"}}]}\n\n", 500)) },
        { "openai-chat:m", "reasoning", "", $$$"""data: {"choices":[{"delta":{"reasoning_content":"{{{Long}}}"}}]}{{{"\n\n"}}}""" },
        { "openai-chat:m", "arguments", "", $$$"""data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{{{Long}}}"}}]}}]}{{{"\n\n"}}}""" },
        { "openai-chat:m", "further members", "", $$$"""data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","s":"{{{Long}}}"}]}}]}{{{"\n\n"}}}""" },
        { "openai-chat:m", "names", "", $$$"""data: {"choices":[{"delta":{"tool_calls":[{"id":"{{{Long}}}","function":{"name":"{{{Long}}}","arguments":"{}"}},{"id":"b","function":{"name":"y"}}]}}]}{{{"\n\n"}}}""" },
        { "openai-chat:m", "calls", "", string.Concat(Enumerable.Repeat("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"x\",\"arguments\":\"{}\"}}]}}]}\n\n", 300)) },
        { "openai-chat:m", "lines beside the events", "", $"{Long}\n" },
        { "openai-chat:m", "comments", "", $": {Long}\n\n" },
        { "openai:m", "text", "", $$$"""data: {"type":"response.output_text.delta","delta":"{{{Long}}}"}{{{"\n\n"}}}""" },
        { "openai:m", "calls", "", string.Concat(Enumerable.Repeat("data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"function_call\",\"call_id\":\"a\",\"name\":\"x\",\"arguments\":\"{}\"}}\n\n", 300)) },
        { "anthropic:m", "input", "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"x\"}}\n\n", $$$$"""data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{{{{Long}}}}"}}{{{{"\n\n"}}}}""" },
        { "anthropic:m", "signatures", "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\"}}\n\n", $$$$"""data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"{{{{Long}}}}"}}{{{{"\n\n"}}}}""" },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task Ask_AnswerWithoutEnd_IsGivenUpWithinBounds(string spec, string what, string first, string again)
    {
        await using var server = new RawServer(async (stream, token) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Headers + first), token);
            var piece = Encoding.UTF8.GetBytes(again);
            for (var sent = 0L; sent < 2L * 1024 * 1024 * 1024; sent += piece.Length)
            {
                await stream.WriteAsync(piece, token);
            }
        });

        var (exception, most) = await AskAsync(spec, server);

        Assert.True(exception.Kind == ModelErrorKind.Unavailable, $"{what}: {exception.Message}");
        Assert.InRange(exception.Message.Length, 1, 1_000);
        Assert.InRange(most, 0, MostMemory);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task Ask_SmallBodyThatUnfolds_IsGivenUpWithinBounds(int status)
    {
        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var megabytes = 0; megabytes < 300; megabytes++)
            {
                await gzip.WriteAsync(zeros, Token);
            }
        }

        await using var server = new RawServer(async (stream, token) =>
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nContent-Length: {bomb.Length}\r\n\r\n"), token);
            await stream.WriteAsync(bomb.GetBuffer().AsMemory(0, (int)bomb.Length), token);
        });

        var (exception, most) = await AskAsync("openai-chat:m", server);

        Assert.Equal(ModelErrorKind.Unavailable, exception.Kind);
        Assert.InRange(most, 0, MostMemory);
    }

    private static async Task<(ModelException Exception, long Memory)> AskAsync(string spec, RawServer server)
    {
        using var factory = new ModelFactory(
            ModelTest.Settings(("OPENAI_BASE_URL", server.Url), ("ANTHROPIC_BASE_URL", server.Url)), retry: new RetryOptions { MaxAttempts = 1 });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        using var done = new CancellationTokenSource();
        var watching = Task.Run(
            async () =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
                while (await timer.WaitForNextTickAsync(done.Token))
                {
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false) - before);
                }
            },
            Token);
        var exception = await Assert.ThrowsAsync<ModelException>(() => factory.Create(ModelSpec.Parse(spec)).AskAsync([new ChatMessage(ChatRole.User, "hi")], new ChatOptions { MaxOutputTokens = 8_192 }));
        await done.CancelAsync();
        await Record.ExceptionAsync(() => watching);
        return (exception, most);
    }

    /// <summary>Writes what a test says to whoever connects, without any rule of HTTP.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public RawServer(Func<NetworkStream, CancellationToken, Task> answer)
        {
            _listener.Start();
            Url = $"http://{_listener.LocalEndpoint}/v1";
            _serving = ServeAsync(answer);
        }

        public string Url { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Stop();
            await Record.ExceptionAsync(() => _serving);
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync(Func<NetworkStream, CancellationToken, Task> answer)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            await using var stream = client.GetStream();
            var request = new byte[4096];
            await stream.ReadAtLeastAsync(request, 1, throwOnEndOfStream: false, _stop.Token);
            await answer(stream, _stop.Token);
        }
    }
}

/// <summary>Tests that measure the process's memory run alone.</summary>
[CollectionDefinition(nameof(MeasuredMemory), DisableParallelization = true)]
public sealed class MeasuredMemory;
