using System.Text;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Http;
using Drafthorse.Harness.GitGateway.Push;
using Drafthorse.Harness.Threads;
using FsCheck.Xunit;

namespace Drafthorse.Tests.GitGateway;

public sealed class PushCommandsTests
{
    private const string Zero = "0000000000000000000000000000000000000000";
    private const string One = "1111111111111111111111111111111111111111";
    private const string Branch = "refs/heads/drafthorse/42-fix";

    [Fact]
    public async Task Read_OneCommand_LeavesThePack()
    {
        var stream = Lines($"{Zero} {One} {Branch}\0 report-status side-band-64k agent=git/2");
        stream.Seek(0, SeekOrigin.End);
        stream.Write("PACK"u8);
        stream.Position = 0;

        var push = await PushCommands.ReadAsync(stream, TestContext.Current.CancellationToken);

        Assert.Equal(new PushCommand(Zero, One, Branch), Assert.Single(push.Commands));
        Assert.Contains("side-band-64k", push.Capabilities);
        Assert.Equal('P', stream.ReadByte());
    }

    [Fact]
    public async Task Read_BareFlush_HasNoCommands()
    {
        var push = await PushCommands.ReadAsync(Lines(), TestContext.Current.CancellationToken);

        Assert.Empty(push.Commands);
    }

    [Theory]
    [InlineData("0001")]
    [InlineData("0004")]
    [InlineData("zzzz")]
    [InlineData("+005a")]
    [InlineData("00")]
    [InlineData("0010short")]
    [InlineData("fff5aaaa")]
    public async Task Read_MalformedLine_IsRefused(string bytes) => Assert.Equal(
        400,
        (await Assert.ThrowsAsync<HttpException>(() => PushCommands.ReadAsync(new MemoryStream(Encoding.ASCII.GetBytes(bytes)), CancellationToken.None))).Status);

    [Theory]
    [InlineData("x y z")]
    [InlineData($"{Zero}  {One} {Branch}")]
    [InlineData($"{Zero} {One}")]
    [InlineData($"{Zero} {One} ")]
    [InlineData($"{Zero} ABCDEF1111111111111111111111111111111111 {Branch}")]
    [InlineData($"{Zero}000000000000000000000000 {One}111111111111111111111111 {Branch}")]
    public async Task Read_MalformedCommand_IsRefused(string line) =>
        await Assert.ThrowsAsync<HttpException>(() => PushCommands.ReadAsync(Lines(line), TestContext.Current.CancellationToken));

    [Fact]
    public async Task Read_SecondCapabilities_AreRefused() => await Assert.ThrowsAsync<HttpException>(
        () => PushCommands.ReadAsync(Lines($"{Zero} {One} {Branch}\0report-status", $"{Zero} {One} refs/heads/x\0push-options"), CancellationToken.None));

    [Fact]
    public async Task Read_ThousandsOfCommands_AreRefused()
    {
        var lines = Enumerable.Range(0, 5000).Select(number => $"{Zero} {One} refs/heads/{number}").ToArray();

        Assert.Equal(413, (await Assert.ThrowsAsync<HttpException>(() => PushCommands.ReadAsync(Lines(lines), CancellationToken.None))).Status);
    }

    [Property]
    public async Task<bool> Read_AnyBytes_ReadsOrThrowsItsOwnException(byte[] bytes, bool prefixed)
    {
        try
        {
            var stream = prefixed ? Lines(Encoding.Latin1.GetString(bytes)) : new MemoryStream(bytes);
            return await PushCommands.ReadAsync(stream, CancellationToken.None) is not null;
        }
        catch (HttpException)
        {
            return true;
        }
    }

    [Theory]
    [InlineData(Zero, One, "refs/heads/main", "", "is not this thread's branch")]
    [InlineData(Zero, One, "refs/heads/drafthorse/42-fix\u200b", "", "is not this thread's branch")]
    [InlineData(Zero, One, "refs/heads/drafthorse/42-fix ", "", "is not this thread's branch")]
    [InlineData(Zero, One, "HEAD", "", "is not this thread's branch")]
    [InlineData(One, Zero, Branch, "", "cannot be deleted")]
    [InlineData(Zero, One, Branch, "push-options", "push options")]
    [InlineData(Zero, One, Branch, "object-format=sha256", "SHA-1")]
    [InlineData(Zero, One, Branch, "report-status atomic", null)]
    public void Refuse_Command_SaysWhy(string oldId, string newId, string reference, string capabilities, string? reason)
    {
        var push = new PushCommands
        {
            Commands = [new PushCommand(oldId, newId, reference)],
            Capabilities = capabilities.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(),
        };

        var refusal = CommandPolicy.Refuse(push, Thread("drafthorse/42-fix"));

        Assert.Equal(reason is null, refusal is null);
        Assert.Contains(reason ?? "", refusal?.Reason ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Refuse_ThreadWithoutBranch_RefusesAll()
    {
        var push = new PushCommands { Commands = [new PushCommand(Zero, One, Branch)], Capabilities = new HashSet<string>() };

        Assert.Equal("this thread may not push.", CommandPolicy.Refuse(push, Thread(null))?.Reason);
    }

    private static GitGatewayThread Thread(string? branch) => new()
    {
        ThreadId = ThreadId.FromKey("cli:x"),
        Repository = new RepositoryRef("code.example", "acme", "widgets", "https://code.example/acme/widgets.git"),
        Branch = branch,
        StillHeld = _ => ValueTask.FromResult(true),
    };

    private static MemoryStream Lines(params string[] lines)
    {
        var stream = new MemoryStream();
        foreach (var line in lines)
            stream.Write(PktLine.Write(Encoding.Latin1.GetBytes(line)));
        stream.Write(PktLine.Flush.Span);
        stream.Position = 0;
        return stream;
    }
}
