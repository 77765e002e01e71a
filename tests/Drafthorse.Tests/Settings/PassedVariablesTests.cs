using Drafthorse.Settings;

namespace Drafthorse.Tests.Settings;

public sealed class PassedVariablesTests
{
    [Theory]
    [InlineData("HTTPS_PROXY", "http://p:1", "")]
    [InlineData("HTTPS_PROXY", "http://user:longpassword@p:1", "http://user:longpassword@|user:longpassword|longpassword")]
    [InlineData("HTTPS_PROXY", "user:pw@p:1", "user:pw@|user:pw|pw")]
    [InlineData("HTTPS_PROXY", "http://u:p%40ss@p", "http://u:p%40ss@|u:p%40ss|u:p@ss|p%40ss|p@ss")]
    [InlineData("HTTPS_PROXY", "http://u:p@ss@p", "http://u:p@ss@|u:p@ss|p@ss")]
    [InlineData("PIP_INDEX_URL", "https://only-a-token@host/simple", "https://only-a-token@|only-a-token")]
    [InlineData("NPM_TOKEN", "npm_abc", "npm_abc")]
    [InlineData("EDITOR", "vi", "")]
    public void Secrets_Value_IsWhatMustNotBeShown(string name, string value, string secrets) =>
        Assert.Equal(secrets, string.Join('|', PassedVariables.Secrets([name], _ => value).Select(secret => secret.Value)));
}
