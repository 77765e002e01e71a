using System.IO.Pipelines;
using System.Text;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Models.Resilience;
using Drafthorse.Tests.Models.Resilience;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Models.Http.Streams;

/// <summary>Silence times out, not the whole: an answer may stream as long as it streams.</summary>
public sealed class IdleTimeoutTests
{
    private const string Piece = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_StreamsForMostOfAnHour_IsCutBySilenceOnly()
    {
        var pipe = new Pipe();
        await WriteAsync(pipe, Piece);
        await using var updates = Client(new RecordedHttp().Body(pipe.Reader.AsStream())).GetStreamingResponseAsync("hi", cancellationToken: Token).GetAsyncEnumerator(Token);
        Assert.True(await updates.MoveNextAsync());
        Assert.True(await updates.MoveNextAsync());

        for (var pieces = 0; pieces < 12; pieces++)
        {
            var next = updates.MoveNextAsync().AsTask();
            _time.Advance(TimeSpan.FromMinutes(4));
            await WriteAsync(pipe, pieces % 2 == 0 ? Piece : ": still here\n\n" + Piece);
            Assert.True(await next);
        }

        var last = updates.MoveNextAsync().AsTask();
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(ModelErrorKind.Timeout, (await Assert.ThrowsAsync<ModelException>(() => last)).Kind);
    }

    [Fact]
    public async Task Ask_NoResponseAtAll_IsATimeout()
    {
        var server = new WireServer("openai-chat") 
        {
            OnRequest = async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                throw new InvalidOperationException("not reached");
            },
        };
        var asked = Client(server).AskAsync();
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(ModelErrorKind.Timeout, (await Assert.ThrowsAsync<ModelException>(() => asked)).Kind);
    }

    [Fact]
    public async Task Ask_ClientFromElsewhereIsSilent_IsATimeout()
    {
        var asked = new ForeignChatClient(new FlakyClient(new FlakyClient.Act("a", Hangs: true)), "a:b", TimeSpan.FromMinutes(5), _time).AskAsync();
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(ModelErrorKind.Timeout, (await Assert.ThrowsAsync<ModelException>(() => asked)).Kind);
    }

    [Fact]
    public void Defaults_AreThoseOfTheDesign() =>
        Assert.Equal((5, 60), (new RetryOptions().Silence.TotalMinutes, new RetryOptions().Timeout.TotalMinutes));

    private static async Task WriteAsync(Pipe pipe, string text) => await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), Token);

    private IChatClient Client(HttpMessageHandler handler) =>
        new ModelFactory(ModelTest.Settings(("OPENAI_API_KEY", "k")), retry: new RetryOptions { MaxAttempts = 1 }, time: _time, handler: handler).Create(ModelSpec.Parse("openai-chat:m"));
}
