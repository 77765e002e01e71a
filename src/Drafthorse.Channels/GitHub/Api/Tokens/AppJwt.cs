using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Channels.GitHub.Api.Tokens;

/// <summary>The RS256 JSON Web Token with which a GitHub App signs in: backdated by a minute against clocks that differ, valid for
/// nine more (GitHub takes ten at most).</summary>
internal static class AppJwt
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8);

    public static string Create(long appId, RSA key, DateTimeOffset now)
    {
        var (issued, expires) = (now.ToUnixTimeSeconds() - 60, now.ToUnixTimeSeconds() + 540);
        var claims = string.Create(CultureInfo.InvariantCulture, $$"""{"iat":{{issued}},"exp":{{expires}},"iss":"{{appId}}"}""");
        var signed = $"{Header}.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(claims))}";
        lock (key)
        {
            return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
    }
}
