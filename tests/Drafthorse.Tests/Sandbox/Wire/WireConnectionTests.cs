using System.Text;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Tests.Sandbox.Wire;

public sealed class WireConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAsync_WithHead_ReachesHandlerAndEchoes()
    {
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Add("echo", async (call, head, ct) =>
        {
            await call.WriteAsync(head, ct);
            await call.CopyToAsync(call, ct);
        }));

        await using WireStream stream = await pair.Host.OpenAsync("echo", "head"u8.ToArray(), Token);
        await stream.WriteLastAsync(" and data"u8.ToArray(), Token);
        string answer = await new StreamReader(stream).ReadToEndAsync(Token);

        Assert.Equal("head and data", answer);
    }

    [Fact]
    public async Task OpenAsync_FromDaemon_ReachesHost()
    {
        await using WirePair pair = WirePair.Create(host: new WireHandlers().Add("tunnel", async (call, head, ct) => await call.WriteAsync(head, ct)));

        await using WireStream stream = await pair.Daemon.OpenAsync("tunnel", "example:443"u8.ToArray(), Token);
        string answer = await new StreamReader(stream).ReadToEndAsync(Token);

        Assert.Equal("example:443", answer);
    }

    [Fact]
    public async Task InvokeAsync_SmallAndLargeRequest_Answers()
    {
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Unary(
            "double", TestJson.Default.String, TestJson.Default.String, (text, _) => Task.FromResult(text + text)));
        string large = new('x', 3_000_000);

        string small = await pair.Host.InvokeAsync("double", "ab", TestJson.Default.String, TestJson.Default.String, Token);
        string much = await pair.Host.InvokeAsync("double", large, TestJson.Default.String, TestJson.Default.String, Token);

        Assert.Equal("abab", small);
        Assert.Equal(large + large, much);
    }

    [Fact]
    public async Task InvokeAsync_HandlerThrowsCallException_CarriesCodeAndMessage()
    {
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Unary<string, string>(
            "fail", TestJson.Default.String, TestJson.Default.String, (_, _) => throw new SandboxCallException("no_such_file", "a/b does not exist")));

        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(
            () => pair.Host.InvokeAsync("fail", "", TestJson.Default.String, TestJson.Default.String, Token));

        Assert.Equal("no_such_file", error.Code);
        Assert.Equal("a/b does not exist", error.Message);
    }

    [Fact]
    public async Task InvokeAsync_UnknownMethod_IsToldSo()
    {
        await using WirePair pair = WirePair.Create();

        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(
            () => pair.Host.InvokeAsync("nothing", "", TestJson.Default.String, TestJson.Default.String, Token));

        Assert.Equal(CallCodes.UnknownMethod, error.Code);
    }

    [Fact]
    public async Task InvokeAsync_Cancelled_CancelsTheHandler()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource<bool>();
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Add("wait", async (call, _, ct) =>
        {
            ct.Register(() => cancelled.TrySetResult(call.AbortedByPeer));
            started.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
        }));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        Task<string> call = pair.Host.InvokeAsync("wait", "", TestJson.Default.String, TestJson.Default.String, cancel.Token);
        await started.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(await cancelled.Task.WaitAsync(Token));
    }

    [Fact]
    public async Task ConnectionLost_HandlerIsCancelledButNotAborted()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource<bool>();
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Add("wait", async (call, _, ct) =>
        {
            ct.Register(() => cancelled.TrySetResult(call.AbortedByPeer));
            started.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
        }));
        WireStream stream = await pair.Host.OpenAsync("wait", default, Token);
        await started.Task.WaitAsync(Token);

        await pair.Host.DisposeAsync();

        Assert.False(await cancelled.Task.WaitAsync(Token));
        WireException error = await Assert.ThrowsAsync<WireException>(() => stream.ReadAsync(new byte[1], Token).AsTask());
        Assert.Equal(WireEnd.Closed, error.End);
    }

    [Fact]
    public async Task WriteAsync_ReaderDoesNotRead_WaitsAtTheWindowAndOthersGoOn()
    {
        var read = new TaskCompletionSource();
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers()
            .Add("slow", async (call, _, ct) =>
            {
                await read.Task.WaitAsync(ct);
                await call.CopyToAsync(Stream.Null, ct);
            })
            .Unary("ok", TestJson.Default.String, TestJson.Default.String, (text, _) => Task.FromResult(text)));
        await using WireStream slow = await pair.Host.OpenAsync("slow", default, Token);

        Task writing = slow.WriteLastAsync(new byte[4 * WireLimits.Window], Token).AsTask();
        string other = await pair.Host.InvokeAsync("ok", "still here", TestJson.Default.String, TestJson.Default.String, Token);

        Assert.Equal("still here", other);
        Assert.False(writing.IsCompleted);
        read.SetResult();
        await writing;
        Assert.Equal(0, await slow.ReadAsync(new byte[1], Token));
    }

    [Fact]
    public async Task OpenAsync_MoreThanTheOtherEndTakes_IsRefusedAsBusy()
    {
        var release = new TaskCompletionSource();
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Add("hold", (_, _, ct) => release.Task.WaitAsync(ct)));
        var held = new List<WireStream>();
        for (int i = 0; i < WireLimits.MaxStreams; i++)
            held.Add(await pair.Host.OpenAsync("hold", default, Token));

        await using WireStream tooMany = await pair.Host.OpenAsync("hold", default, Token);
        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(() => tooMany.ReadAsync(new byte[1], Token).AsTask());

        Assert.Equal(CallCodes.Busy, error.Code);
        release.SetResult();
        foreach (WireStream stream in held)
            Assert.Equal(0, await stream.ReadAsync(new byte[1], Token));
    }

    [Fact]
    public async Task ManyCallsAtOnce_EachGetsItsOwnAnswer()
    {
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Unary(
            "same", TestJson.Default.String, TestJson.Default.String, (text, _) => Task.FromResult(text)));
        string[] texts = [.. Enumerable.Range(0, 2000).Select(i => new string((char)('a' + i % 26), i * 7 % 5000))];

        string[] answers = new string[texts.Length];
        await Parallel.ForAsync(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 100, CancellationToken = Token }, async (i, ct) =>
            answers[i] = await pair.Host.InvokeAsync("same", texts[i], TestJson.Default.String, TestJson.Default.String, ct));

        Assert.Equal(texts, answers);
    }

    [Fact]
    public async Task CloseAsync_TellsTheOtherEndWhy()
    {
        await using WirePair pair = WirePair.Create();

        await pair.Daemon.CloseAsync("superseded", "a newer owner");
        await pair.Host.Completion.WaitAsync(Token);

        Assert.Equal(WireEnd.ClosedByPeer, pair.Host.Error!.End);
        Assert.Equal("superseded", pair.Host.Error.Code);
    }

    [Fact]
    public async Task PingAsync_Alive_Answers()
    {
        await using WirePair pair = WirePair.Create();

        TimeSpan time = await pair.Host.PingAsync(Token);

        Assert.True(time > TimeSpan.Zero);
    }

    [Fact]
    public async Task Dispose_HandlerLeavesInputUnread_AnswerStaysGood()
    {
        await using WirePair pair = WirePair.Create(daemon: new WireHandlers().Add("early", (call, _, ct) => call.WriteAsync("done"u8.ToArray(), ct).AsTask()));
        await using WireStream stream = await pair.Host.OpenAsync("early", default, Token);

        string answer = await new StreamReader(stream, Encoding.UTF8).ReadToEndAsync(Token);

        Assert.Equal("done", answer);
        SandboxCallException error = await Assert.ThrowsAsync<SandboxCallException>(async () =>
        {
            while (true)
                await stream.WriteAsync(new byte[1000], Token);
        });
        Assert.Equal(CallCodes.Stopped, error.Code);
    }
}
