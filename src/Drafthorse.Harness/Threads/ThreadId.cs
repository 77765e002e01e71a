using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Json;

namespace Drafthorse.Harness.Threads;

/// <summary>
/// The name of one durable conversation: a UUID (version 8, RFC 9562) made from the first 16 bytes of the SHA-256 of its
/// thread key in UTF-8, so that every replica computes the same one. An id is a name, never a permission.
/// </summary>
[JsonConverter(typeof(ThreadIdJsonConverter))]
public readonly record struct ThreadId(Guid Value) : IParsable<ThreadId>
{
    /// <summary>The id of the thread with this key, such as <c>github:issue:owner/repo#42</c>.</summary>
    public static ThreadId FromKey(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new ThreadId(new Guid(hash[..16], bigEndian: true));
    }

    /// <summary>The first eight hexadecimal digits, used in branch names.</summary>
    public string Prefix => Value.ToString("N")[..8];

    /// <inheritdoc />
    public override string ToString() => Value.ToString("D");

    /// <inheritdoc />
    public static ThreadId Parse(string s, IFormatProvider? provider = null) => new(Guid.ParseExact(s, "D"));

    /// <summary>Reads an id in its usual form; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out ThreadId result) => TryParse(s, null, out result);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ThreadId result)
    {
        var parsed = Guid.TryParseExact(s, "D", out var value);
        result = new ThreadId(value);
        return parsed;
    }
}
