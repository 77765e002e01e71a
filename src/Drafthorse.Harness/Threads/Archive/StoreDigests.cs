using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Harness.Threads.Archive;

/// <summary>Digests by which rows are found whose names are not kept, or not kept everywhere.</summary>
internal static class StoreDigests
{
    private const string Prefix = "sha256:";

    public static string Of(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>What stands for a name whose digest alone is known.</summary>
    public static string NameFor(string digest) => Prefix + digest;

    /// <summary>The name as a store with names keeps it: one that looks like a digest is kept as its own digest, so that neither is taken for the other.</summary>
    public static string Stored(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? NameFor(Of(name)) : name;

    /// <summary>The digest of a name that such a store kept.</summary>
    public static string OfStored(string stored) => stored.StartsWith(Prefix, StringComparison.Ordinal) ? stored[Prefix.Length..] : Of(stored);
}
