using System.Text;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.GitGateway.Mirrors;

namespace Drafthorse.IntegrationTests.GitGateway;

public sealed class GatewaySecrecyTests
{
    private static readonly string[] Secrets =
    [
        GatewayFixture.Token,
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"x-access-token:{GatewayFixture.Token}")),
    ];

    [Fact]
    public async Task Exchange_Token_IsOnNoCommandLineAndNoDisk()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var commandLines = new HashSet<string>();
        fixture.Remote.OnRequest = _ =>
        {
            // While upstream is talked to, the host's git processes run: look at every one of them.
            lock (commandLines)
                commandLines.UnionWith(ReadCommandLines());
        };

        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");
        await fixture.MustAsync(work, "push", "--quiet", "origin", "HEAD");

        Assert.Contains(commandLines, line => line.Contains("receive-pack", StringComparison.Ordinal) || line.Contains("--force-with-lease", StringComparison.Ordinal));
        Assert.DoesNotContain(commandLines, HoldsSecret);
        foreach (var directory in (string[])[fixture.StateDirectory, Path.Combine(fixture.Root, work)])
            Assert.DoesNotContain(Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories), file => HoldsSecret(Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.DoesNotContain(fixture.Environment.Values, HoldsSecret);
    }

    [Theory]
    [InlineData("token t0p-secret-token-value seen")]
    [InlineData("https://x-access-token:t0p-secret-token-value@code.example/")]
    [InlineData("t0p%2dsecret%2Dtoken-value")]
    [InlineData("Authorization: Basic eC1hY2Nlc3MtdG9rZW46dDBwLXNlY3JldC10b2tlbi12YWx1ZQ==")]
    [InlineData("Basic eHg6dDBwLXNlY3JldC10b2tlbi12YWx1ZQ==")]
    [InlineData("Basic eDp0MHAtc2VjcmV0LXRva2VuLXZhbHVl")]
    public async Task Push_HookPrintsWhatItWasShown_GoesOnWithoutIt(string said)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var hook = Path.Combine(fixture.Remote.PathOf("acme/widgets"), "hooks", "pre-receive");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\necho '{said}' >&2\nexit 1\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var work = await fixture.CloneAsync();
        await fixture.CommitAsync(work, "a.txt", "a");

        var (exitCode, output) = await fixture.GitAsync(work, "push", "origin", "HEAD");

        Assert.NotEqual(0, exitCode);
        foreach (var text in (string[])[output, Assert.Single(fixture.Pushes).Reason])
        {
            Assert.Contains("[redacted: ", text, StringComparison.Ordinal);
            Assert.DoesNotContain("t0p", text, StringComparison.Ordinal);
            Assert.DoesNotMatch("ZhbHVl|dmFsdWU|YWx1Z|value", text);
        }
    }

    [Fact]
    public async Task Clone_WrongToken_SaysSoWithoutIt()
    {
        await using var fixture = await GatewayFixture.StartAsync(options => options.Token = "wrong-token-value");

        var (exitCode, output) = await fixture.GitAsync("", "clone", fixture.RemoteUrl, "work");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("remote: drafthorse: The code host refused the credential for acme/widgets", output, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-token-value", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clone_OtherRepository_IsRefusedInWords()
    {
        await using var fixture = await GatewayFixture.StartAsync();

        var (exitCode, output) = await fixture.GitAsync("", "clone", "https://code.example/acme/other.git", "other");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("this thread works on code.example/acme/widgets", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://code.example/acme/widgets")]
    [InlineData("https://code.example/acme/widgets.git")]
    [InlineData("http://code.example/acme/widgets.git")]
    [InlineData("git@code.example:acme/widgets.git")]
    [InlineData("ssh://git@code.example/acme/widgets.git")]
    [InlineData("git://code.example/acme/widgets.git")]
    public async Task Clone_EverySpelling_LeadsToTheGateway(string url)
    {
        await using var fixture = await GatewayFixture.StartAsync();

        await fixture.MustAsync("", "ls-remote", url);

        Assert.NotEmpty(fixture.Requests);
    }

    [Fact]
    public async Task Upstream_HttpOnAnotherMachine_GetsNoToken()
    {
        var state = Directory.CreateTempSubdirectory("drafthorse-git-").FullName;
        var mirrors = new RepositoryMirrors(
            new GitGatewayOptions { StateDirectory = state },
            (_, _, _) => ValueTask.FromResult<GitCredential?>(new GitCredential("x", GatewayFixture.Token)));

        var exception = await Assert.ThrowsAsync<GitException>(() => mirrors.ResolveBaseAsync(
            new Harness.Threads.RepositoryRef("code.example", "acme", "widgets", "http://code.example/acme/widgets.git"), null, TestContext.Current.CancellationToken));

        Assert.Contains("a token is only sent over https", exception.Message, StringComparison.Ordinal);
        Directory.Delete(state, recursive: true);
    }

    [Theory]
    [InlineData("ext::sh -c true")]
    [InlineData("--upload-pack=touch x")]
    [InlineData("https://user:secret@code.example/acme/widgets.git")]
    [InlineData("file:///etc")]
    [InlineData("ssh://code.example/acme/widgets.git")]
    public async Task Upstream_OtherAddress_IsRefused(string cloneUrl)
    {
        var state = Directory.CreateTempSubdirectory("drafthorse-git-").FullName;
        var mirrors = new RepositoryMirrors(new GitGatewayOptions { StateDirectory = state }, (_, _, _) => ValueTask.FromResult<GitCredential?>(null));

        await Assert.ThrowsAsync<GitException>(() => mirrors.ResolveBaseAsync(
            new Harness.Threads.RepositoryRef("code.example", "acme", "widgets", cloneUrl), null, TestContext.Current.CancellationToken));

        Directory.Delete(state, recursive: true);
    }

    private static bool HoldsSecret(string text) => Secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal));

    private static List<string> ReadCommandLines()
    {
        var lines = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                lines.Add(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '));
            }
            catch (IOException)
            {
                // It ended.
            }
        }

        return lines;
    }
}
