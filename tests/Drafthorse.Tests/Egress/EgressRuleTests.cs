using Drafthorse.Harness.Egress;

namespace Drafthorse.Tests.Egress;

public sealed class EgressRuleTests
{
    [Theory]
    [InlineData("registry.example", "registry.example", 443, true)]
    [InlineData("registry.example", "registry.example", 80, true)]
    [InlineData("registry.example", "registry.example", 8080, false)]
    [InlineData("registry.example", "a.registry.example", 443, false)]
    [InlineData("registry.example", "xregistry.example", 443, false)]
    [InlineData("Registry.Example.", "registry.example", 443, true)]
    [InlineData("registry.example:8080", "registry.example", 8080, true)]
    [InlineData("registry.example:8080", "registry.example", 443, false)]
    [InlineData("*.example", "registry.example", 443, true)]
    [InlineData("*.example", "a.registry.example", 443, true)]
    [InlineData("*.example", "example", 443, false)]
    [InlineData("*.example", "xexample", 443, false)]
    [InlineData("*.example:8443", "registry.example", 8443, true)]
    [InlineData("*", "anything.example", 443, true)]
    [InlineData("*", "anything.example", 22, false)]
    [InlineData("*:22", "anything.example", 22, true)]
    [InlineData("*", "1.1.1.1", 443, false)]
    [InlineData("1.1.1.1", "1.1.1.1", 443, true)]
    [InlineData("[2606:4700::1111]:443", "2606:4700::1111", 443, true)]
    public void Matches_HostAndPort_AsWritten(string rule, string host, int port, bool expected)
    {
        Assert.True(HostName.TryParse(host, out var name));

        Assert.Equal(expected, EgressRule.Parse(rule).Matches(name, port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://registry.example")]
    [InlineData("registry.example/path")]
    [InlineData("registry.*")]
    [InlineData("*.*.example")]
    [InlineData("*example")]
    [InlineData("*.1.1.1")]
    [InlineData("registry.example:http")]
    [InlineData("registry.example/tcp")]
    [InlineData("registry.example:443/tcp")]
    [InlineData("registry.example:5432/udp")]
    [InlineData("/tcp")]
    public void Parse_NoRule_NamesTheText(string text)
    {
        var error = Assert.Throws<FormatException>(() => EgressRule.Parse(text));

        Assert.Contains($"\"{text}\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry.example:8080")]
    [InlineData("*.example")]
    [InlineData("*:22")]
    [InlineData("db.example:5432/tcp")]
    [InlineData("[2606:4700::1111]:5432/tcp")]
    [InlineData("[2606:4700::1111]:443")]
    public void ToString_Rule_ParsesBack(string text) => Assert.Equal(text, EgressRule.Parse(text).ToString());
}
