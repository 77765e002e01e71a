using System.Text;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Daemon;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Search;
using Drafthorse.Sandbox.Streams;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Tests.Sandbox.Files;

/// <summary>A sandbox whose owner answers what no daemon of ours would.</summary>
public sealed class FilesClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("file.read", "{}")]
    [InlineData("file.read", "null")]
    [InlineData("file.read", """{"text":null,"mediaType":"text/html","data":"AAAA"}""")]
    [InlineData("file.read", """{"text":"x","mediaType":"image/png","data":"AAAA"}""")]
    [InlineData("file.read", """{"path":null,"text":"x"}""")]
    [InlineData("file.read", "HUGE")]
    [InlineData("file.list", """{"entries":null}""")]
    [InlineData("file.list", """{"entries":[null]}""")]
    [InlineData("file.list", """{"entries":[{"kind":"Dragon"}]}""")]
    [InlineData("file.write", """{"changes":[null]}""")]
    [InlineData("search.glob", """{"paths":["a",null]}""")]
    [InlineData("search.glob", """{"paths":["a","b","c"]}""")]
    [InlineData("search.grep", """{"files":[{"lines":[null]}]}""")]
    [InlineData("search.grep", """{"files":[null]}""")]
    [InlineData("search.grep", "[[[[")]
    public async Task AnyCall_AnsweredWithNonsense_FailsAsSuch(string method, string answer)
    {
        await using var client = await AttachAsync(method, answer == "HUGE" ? $$"""{"text":"{{new string('x', 60_000)}}"}""" : answer);

        await Assert.ThrowsAsync<SandboxCallException>(() => method switch
        {
            "file.read" => client.Files.ReadAsync(new ReadFileRequest { Path = "a" }, Token),
            "file.list" => client.Files.ListAsync(new PathRequest(), Token),
            "file.write" => client.Files.WriteAsync(new WriteFileRequest { Path = "a" }, Token),
            "search.glob" => client.Search.GlobAsync(new GlobRequest { Pattern = "*", Limit = 2 }, Token),
            _ => client.Search.GrepAsync(new GrepRequest { Pattern = "x" }, Token),
        });
    }

    private static async Task<SandboxClient> AttachAsync(string method, string answer)
    {
        var (host, daemon) = DuplexPipe.Create();
        async Task Say(WireStream call, string json) => await call.WriteLastAsync(Encoding.UTF8.GetBytes(json), Token);
        _ = WireConnection.Start(daemon, WireSide.Daemon, new WireHandlers()
            .Add("attach", (call, _, _) => Say(call, """{"wireVersion":1}"""))
            .Add(method, (call, _, _) => Say(call, answer)));
        return await SandboxClient.AttachAsync(host, new AttachRequest { Token = 1 }, null, Token);
    }
}
