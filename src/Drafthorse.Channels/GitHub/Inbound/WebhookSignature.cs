using System.Buffers;
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
    public static bool IsValid(in ReadOnlySequence<byte> body, string? signature, IReadOnlyList<string> secrets)
    {
        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!TryParse(signature, claimed))
            return false;

        Span<byte> actual = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var valid = false;
        foreach (var secret in secrets)
        {
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
            foreach (var part in body)
                hash.AppendData(part.Span);
            hash.GetHashAndReset(actual);
            valid |= CryptographicOperations.FixedTimeEquals(claimed, actual);
        }

        return valid;
    }

    /// <summary>Whether the text has a signature's form.</summary>
    public static bool IsWellFormed(string? signature) => TryParse(signature, stackalloc byte[HMACSHA256.HashSizeInBytes]);

    private static bool TryParse(string? signature, Span<byte> claimed) => signature is { Length: 71 }
        && signature.StartsWith(Scheme, StringComparison.Ordinal)
        && Convert.FromHexString(signature.AsSpan(Scheme.Length), claimed, out _, out _) is OperationStatus.Done;
}
