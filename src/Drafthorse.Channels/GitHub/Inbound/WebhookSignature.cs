using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>The HMAC-SHA256 that GitHub writes to <c>X-Hub-Signature-256</c>, over the raw body.</summary>
internal static class WebhookSignature
{
    private const string Scheme = "sha256=";

    public static string Of(ReadOnlySpan<byte> body, string secret) =>
        Scheme + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>Compares in constant time, against every secret, so that the time tells nothing about which one nearly fits.</summary>
    public static bool IsValid(ReadOnlySpan<byte> body, string? signature, IReadOnlyList<string> secrets)
    {
        if (signature is not { Length: 71 } || !signature.StartsWith(Scheme, StringComparison.Ordinal))
            return false;

        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (Convert.FromHexString(signature.AsSpan(Scheme.Length), claimed, out _, out _) is not System.Buffers.OperationStatus.Done)
            return false;

        Span<byte> actual = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var valid = false;
        foreach (var secret in secrets)
        {
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body, actual);
            valid |= CryptographicOperations.FixedTimeEquals(claimed, actual);
        }

        return valid;
    }
}
