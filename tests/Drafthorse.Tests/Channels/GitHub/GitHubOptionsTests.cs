using Drafthorse.Channels.GitHub;

namespace Drafthorse.Tests.Channels.GitHub;

public class GitHubOptionsTests
{
    [Fact]
    public void Read_NothingSet_IsOff() => Assert.Null(Read());

    [Fact]
    public void Read_Token_HasDefaults()
    {
        var options = Read(("GITHUB_TOKEN", " t "), ("GITHUB_WEBHOOK_SECRET", "new; secret\nold"));

        Assert.Equal("t", options!.Token);
        Assert.Equal(["new; secret", "old"], options.WebhookSecrets);
        Assert.Equal("github.com", options.Host);
        Assert.Equal("@drafthorse", options.Mention);
    }

    [Theory]
    [InlineData("https://github.com/owner/name", true)]
    [InlineData("https://github.com:8443/owner/name", false)]
    [InlineData("http://github.com/owner/name", false)]
    [InlineData("https://github.com.evil.example/owner/name", false)]
    [InlineData("owner/name", false)]
    public void IsOnServer_OnlyItsSchemeHostAndPort(string url, bool expected) =>
        Assert.Equal(expected, Read(("GITHUB_TOKEN", "t"))!.IsOnServer(url));

    [Theory]
    [InlineData("GITHUB_APP_ID", "GITHUB_APP_ID=x;GITHUB_APP_PRIVATE_KEY=-----BEGIN")]
    [InlineData("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_ID=1")]
    [InlineData("GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_ID=1;GITHUB_APP_PRIVATE_KEY=/no/such/file")]
    [InlineData("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY=-----BEGIN")]
    [InlineData("GITHUB_APP_ID", "GITHUB_APP_ID=1;GITHUB_APP_PRIVATE_KEY=-----BEGIN;GITHUB_TOKEN=t")]
    [InlineData("GITHUB_API_URL", "GITHUB_TOKEN=t;GITHUB_API_URL=ftp://x")]
    [InlineData("GITHUB_SERVER_URL", "GITHUB_TOKEN=t;GITHUB_SERVER_URL=https://user:secret@x")]
    [InlineData("DRAFTHORSE_MENTION", "GITHUB_TOKEN=t;DRAFTHORSE_MENTION=@draft horse")]
    public void Read_WrongSetting_IsNamed(string named, string settings)
    {
        var pairs = settings.Split(';').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1])).ToArray();

        var error = Assert.Throws<FormatException>(() => Read(pairs));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static GitHubOptions? Read(params (string Name, string Value)[] settings) =>
        GitHubOptions.Read(name => settings.FirstOrDefault(setting => setting.Name == name).Value);
}
