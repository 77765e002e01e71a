using Drafthorse.Harness.Egress;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Egress;

public sealed class HostNameTests
{
    [Theory]
    [InlineData("Registry.Example", "registry.example")]
    [InlineData("registry.example.", "registry.example")]
    [InlineData("a_b-c.example", "a_b-c.example")]
    [InlineData("localhost", "localhost")]
    [InlineData("1password.example", "1password.example")]
    [InlineData("0x7f.example", "0x7f.example")]
    public void TryParse_Name_IsLowerCaseWithoutFinalDot(string text, string expected)
    {
        Assert.True(HostName.TryParse(text, out var host));

        Assert.Equal(expected, host.Text);
        Assert.Null(host.Address);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1.", "127.0.0.1")]
    [InlineData("127.1", "127.0.0.1")]
    [InlineData("127.0.1", "127.0.0.1")]
    [InlineData("2130706433", "127.0.0.1")]
    [InlineData("017700000001", "127.0.0.1")]
    [InlineData("0x7f000001", "127.0.0.1")]
    [InlineData("0X7F.1", "127.0.0.1")]
    [InlineData("0177.0.0.01", "127.0.0.1")]
    [InlineData("0x7f.0.0x0.1", "127.0.0.1")]
    [InlineData("2852039166", "169.254.169.254")]
    [InlineData("0xa9fea9fe", "169.254.169.254")]
    [InlineData("0251.0376.0251.0376", "169.254.169.254")]
    [InlineData("169.254.43518", "169.254.169.254")]
    [InlineData("169.16689662", "169.254.169.254")]
    [InlineData("0", "0.0.0.0")]
    [InlineData("0x", "0.0.0.0")]
    [InlineData("::1", "::1")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("::ffff:169.254.169.254", "::ffff:169.254.169.254")]
    [InlineData("::FFFF:a9fe:a9fe", "::ffff:169.254.169.254")]
    [InlineData("fd00:EC2::254", "fd00:ec2::254")]
    public void TryParse_AddressInAnySpelling_IsTheAddress(string text, string expected)
    {
        Assert.True(HostName.TryParse(text, out var host));

        Assert.Equal(expected, host.Text);
        Assert.Equal(expected, host.Address!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..example")]
    [InlineData(".example")]
    [InlineData("a b.example")]
    [InlineData("a\0.example")]
    [InlineData("a%2e.example")]
    [InlineData("user@registry.example")]
    [InlineData("registry.example/path")]
    [InlineData("caf\u00E9.example")]
    [InlineData("\uFF11\uFF12\uFF17.0.0.1")]
    [InlineData("127\u30020\u30020\u30021")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.09")]
    [InlineData("4294967296")]
    [InlineData("99999999999999999999")]
    [InlineData("example.123")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("::1]:80")]
    [InlineData(":::")]
    public void TryParse_NoHost_IsRefused(string text) => Assert.False(HostName.TryParse(text, out _));

    [Theory]
    [InlineData("registry.example:8443", "registry.example", 8443)]
    [InlineData("registry.example", "registry.example", 443)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("[::1]", "::1", 443)]
    public void TryParseAuthority_HostAndPort_AreSplit(string text, string name, int expectedPort)
    {
        Assert.True(HostName.TryParseAuthority(text, 443, out var host, out var port));

        Assert.Equal(name, host.Text);
        Assert.Equal(expectedPort, port);
    }

    [Theory]
    [InlineData("registry.example:")]
    [InlineData("registry.example:0")]
    [InlineData("registry.example:65536")]
    [InlineData("registry.example:+80")]
    [InlineData("registry.example: 80")]
    [InlineData("a:b:80")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("[::1]80")]
    [InlineData("[registry.example]:80")]
    [InlineData("user@registry.example:80")]
    public void TryParseAuthority_Malformed_IsRefused(string text) => Assert.False(HostName.TryParseAuthority(text, 443, out _, out _));

    [Property(MaxTest = 2000)]
    public void TryParse_AnyText_NeverThrowsAndIsStable(string? text)
    {
        if (text is not null && HostName.TryParse(text, out var host))
        {
            Assert.True(HostName.TryParse(host.Text, out var again));
            Assert.Equal(host, again);
        }
    }
}
