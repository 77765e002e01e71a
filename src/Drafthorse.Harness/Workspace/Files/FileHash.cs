using System.Security.Cryptography;

namespace Drafthorse.Harness.Workspace.Files;

/// <summary>Names contents.</summary>
internal static class FileHash
{
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
