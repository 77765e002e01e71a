using Drafthorse.Settings;

namespace Drafthorse.IntegrationTests.Server;

/// <summary>What keeps a server from starting is one sentence with the cause and the cure.</summary>
public sealed class StartRefusalTests
{
    [Theory]
    [InlineData("http://127.0.0.1:0", "does not hold an RSA private key in PEM", "GITHUB_APP_ID=1", "GITHUB_APP_PRIVATE_KEY=-----BEGIN RSA PRIVATE KEY-----\nno key\n-----END RSA PRIVATE KEY-----")]
    [InlineData("http://127.0.0.1:0", "does not hold an RSA private key in PEM", "GITHUB_APP_ID=1", "GITHUB_APP_PRIVATE_KEY=-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----")]
    [InlineData("https://127.0.0.1:8443", "listen on http://127.0.0.1:8080 and let a reverse proxy end TLS")]
    [InlineData("http://127.0.0.1:9090;https://0.0.0.0:9443", "listen on http://127.0.0.1:9443")]
    [InlineData("http://0.0.0.0:0", "set DRAFTHORSE_API_TOKEN")]
    public async Task Start_WhatCannotWork_IsRefusedInWords(string urls, string says, params string[] settings)
    {
        var exception = await Assert.ThrowsAsync<SettingsException>(() => ServerWorld.StartAsync(urls, [.. settings.Select(setting => setting.Split('=', 2)).Select(pair => (pair[0], pair[1]))]));

        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
    }
}
