using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace Drafthorse.IntegrationTests.GitGateway;

public sealed class GatewayHostileTests
{
    private const string Zero = "0000000000000000000000000000000000000000";
    private const string One = "1111111111111111111111111111111111111111";

    [Theory]
    [InlineData("GET {p}code.example/acme/other.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x\r\n\r\n", 403)]
    [InlineData("GET {p}127.0.0.1/acme/widgets.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x\r\n\r\n", 403)]
    [InlineData("GET {p}code.example/acme/../acme/widgets.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x\r\n\r\n", 403)]
    [InlineData("GET /wrong/code.example/acme/widgets.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET {p}code.example/acme/widgets.git/HEAD HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET {p}code.example/acme/widgets.git/config HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("CONNECT code.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("\0\u0001\u0002\r\n\r\n", 400)]
    [InlineData("POST {p}code.example/acme/widgets.git/git-upload-pack HTTP/1.1\r\nContent-Length: 4\r\n\r\n0000", 415)]
    [InlineData("POST {p}code.example/acme/widgets.git/git-receive-pack HTTP/1.1\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 4\r\n\r\nzzzz", 400)]
    [InlineData("POST {p}code.example/acme/widgets.git/git-receive-pack HTTP/1.1\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n0000", 415)]
    [InlineData("POST {p}code.example/acme/widgets.git/git-upload-pack HTTP/1.1\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", 400)]
    [InlineData("POST {p}code.example/acme/widgets.git/git-upload-pack HTTP/1.1\r\nContent-Type: application/x-git-upload-pack-request\r\nGit-Protocol: version=2\r\nContent-Length: 8\r\n\r\n0008evil", 400)]
    public async Task Request_Hostile_IsAnsweredAndNothingIsRun(string request, int status)
    {
        await using var fixture = await GatewayFixture.StartAsync();

        var answer = await SendAsync(fixture, request.Replace("{p}", fixture.Url.AbsolutePath, StringComparison.Ordinal));

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(status, Assert.Single(fixture.Requests).Status);
        Assert.Empty(fixture.Pushes);
    }

    [Fact]
    public async Task Head_TooLarge_IsRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        var answer = await SendAsync(fixture, "GET / HTTP/1.1\r\nX: " + new string('a', 40_000));

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_GzipBomb_IsCut()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var line = 0; line < 1024 * 1024; line++)
                gzip.Write("0032have 1111111111111111111111111111111111111111\n"u8);
        }

        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {fixture.Url.AbsolutePath}code.example/acme/widgets.git/git-upload-pack HTTP/1.1\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n");
        var answer = await SendAsync(fixture, [.. Encoding.ASCII.GetBytes(head), .. packed.ToArray()]);

        Assert.Matches("^HTTP/1.1 4(00|13) ", answer);
    }

    [Theory]
    [InlineData("PACK\0\0\0\u0002\0\0\0\u0001garbage")]
    [InlineData("")]
    [InlineData("PACK")]
    public async Task Push_MalformedPack_IsRefusedAndLeavesNothing(string pack)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var command = $"{Zero} {One} refs/heads/{GatewayFixture.Branch}\0 report-status";
        var body = $"{command.Length + 4:x4}{command}0000{pack}";

        var answer = await SendAsync(
            fixture,
            $"POST {fixture.Url.AbsolutePath}code.example/acme/widgets.git/git-receive-pack HTTP/1.1\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");

        Assert.Contains($"ng refs/heads/{GatewayFixture.Branch} drafthorse: git did not accept the objects", answer, StringComparison.Ordinal);
        Assert.False(Assert.Single(fixture.Pushes).Pushed);
        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(fixture.StateDirectory, "quarantine")));
    }

    [Fact]
    public async Task Push_RandomBytes_NeverMovesARefOrEndsTheGateway()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            var body = new byte[random.Next(0, 300)];
            random.NextBytes(body);
            if (round % 2 == 0)
            {
                var command = Encoding.Latin1.GetBytes($"{Zero} {One} refs/heads/{GatewayFixture.Branch}\0report-status");
                body = [.. Encoding.ASCII.GetBytes($"{command.Length + 4:x4}"), .. command, .. "0000"u8, .. body];
            }

            var head = $"POST {fixture.Url.AbsolutePath}code.example/acme/widgets.git/git-receive-pack HTTP/1.1\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await SendAsync(fixture, [.. Encoding.ASCII.GetBytes(head), .. body]);
        }

        Assert.DoesNotContain("drafthorse", await fixture.RemoteRefsAsync(), StringComparison.Ordinal);
        await fixture.CloneAsync();
    }

    [Fact]
    public async Task Connection_Silent_IsEnded()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.IdleTimeout = TimeSpan.FromMilliseconds(200));

        var answer = await SendAsync(fixture, "GET /half");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_TooMany_AreRefused()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var held = new List<TcpClient>();
        try
        {
            for (var number = 0; number < 8; number++)
            {
                held.Add(new TcpClient());
                await held[^1].ConnectAsync("127.0.0.1", fixture.Url.Port, TestContext.Current.CancellationToken);
                await held[^1].GetStream().WriteAsync("G"u8.ToArray(), TestContext.Current.CancellationToken);
            }

            var answer = await SendAsync(fixture, "GET / HTTP/1.1\r\n\r\n");

            Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
        }
        finally
        {
            held.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Push_ThatNeverGoesOn_HoldsNobodyElseUp()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.MaxProcesses = 1);
        using var stalled = new TcpClient();
        await stalled.ConnectAsync("127.0.0.1", fixture.Url.Port, TestContext.Current.CancellationToken);
        var head = $"POST {fixture.Url.AbsolutePath}code.example/acme/widgets.git/git-receive-pack HTTP/1.1\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
        await stalled.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 100 ", await new StreamReader(stalled.GetStream()).ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await fixture.CloneAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task FetchBody_ThatNeverEnds_HoldsNobodyElseUp()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.MaxProcesses = 1);
        await fixture.CloneAsync("first");
        using var dripping = new TcpClient();
        await dripping.ConnectAsync("127.0.0.1", fixture.Url.Port, TestContext.Current.CancellationToken);
        var head = $"POST {fixture.Url.AbsolutePath}code.example/acme/widgets.git/git-upload-pack HTTP/1.1\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
        await dripping.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 100 ", await new StreamReader(dripping.GetStream()).ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await dripping.GetStream().WriteAsync("0011"u8.ToArray(), TestContext.Current.CancellationToken);

        await fixture.CloneAsync("second").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\0")]
    public async Task Request_SmuggledBehindAChunkExtension_IsNotAnswered(string bare)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var path = $"{fixture.Url.AbsolutePath}code.example/acme/widgets.git";
        var second = $"GET {path}/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

        var answer = await SendAsync(
            fixture,
            $"POST {path}/git-receive-pack HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-git-receive-pack-request\r\nTransfer-Encoding: chunked\r\n\r\n4;a={bare}b\r\n0000\r\n0\r\n\r\n{second}");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Equal(400, Assert.Single(fixture.Requests).Status);
        Assert.DoesNotContain("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    private static Task<string> SendAsync(GatewayFixture fixture, string request) => SendAsync(fixture, Encoding.Latin1.GetBytes(request));

    private static async Task<string> SendAsync(GatewayFixture fixture, byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", fixture.Url.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        var reading = stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        try
        {
            await stream.WriteAsync(request, TestContext.Current.CancellationToken);
            await reading;
        }
        catch (IOException)
        {
            // The gateway hung up in the middle of the request.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
