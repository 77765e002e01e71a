using System.Text;
using Drafthorse.Harness.Secrets;

namespace Drafthorse.Tests.Secrets;

public sealed class SecretRedactorTests
{
    private const string Secret = "ghs_16C7e42F292c6912E7710c838347Ae178B4a+/z";
    private readonly SecretRedactor _redactor = new(new Dictionary<string, string> { ["TOKEN"] = Secret });

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(0, "x")]
    [InlineData(1, ":and more of it")]
    [InlineData(2, "?>?>")]
    public void Redact_InBase64_IsGoneToItsEnd(int before, string after)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('u', before) + Secret + after));

        foreach (var form in (string[])[encoded, encoded.Replace('+', '-').Replace('/', '_'), Uri.EscapeDataString(encoded)])
            Assert.Matches("^said [A-Za-z0-9+/]{0,3}\\[redacted: TOKEN\\]! more$", _redactor.Redact($"said {form}! more"));
    }

    [Fact]
    public void Redact_InABasicHeader_IsGoneToItsEnd()
    {
        for (var user = 1; user < 20; user++)
        {
            var header = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{new string('u', user)}:{Secret}"));

            Assert.EndsWith("[redacted: TOKEN]' was wrong", _redactor.Redact($"'Authorization: Basic {header}' was wrong"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Redact_PercentEncodedInAnyWay_IsGone()
    {
        var all = string.Concat(Encoding.UTF8.GetBytes(Secret).Select(one => $"%{one:x2}"));
        var needed = Uri.EscapeDataString(Secret);

        foreach (var form in (string[])[Secret, needed, needed.Replace("%2B", "%2b", StringComparison.Ordinal).Replace("%2F", "%2f", StringComparison.Ordinal), all, all.ToUpperInvariant()])
            Assert.Equal("https://x-access-token:[redacted: TOKEN]@host/", _redactor.Redact($"https://x-access-token:{form}@host/"));
    }

    [Fact]
    public void Redact_OtherText_Stays() => Assert.Equal("ghs_16C7e42F and words", _redactor.Redact("ghs_16C7e42F and words"));
}
