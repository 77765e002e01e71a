using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.Harness.Egress.Trust;

/// <summary>Writes a Java key store (JKS) of trusted certificates, as Java reads no PEM file. Its password only guards against damage.</summary>
internal static class JavaTrustStore
{
    public const string Password = "changeit";

    public static byte[] Create(IEnumerable<byte[]> certificates)
    {
        using var store = new MemoryStream();
        var all = certificates.ToList();
        Write(store, 0xFEED_FEED);
        Write(store, 2);
        Write(store, (uint)all.Count);
        for (var i = 0; i < all.Count; i++)
        {
            const uint TrustedCertificate = 2;
            Write(store, TrustedCertificate);
            Write(store, $"ca-{i}");
            Write(store, 0);
            Write(store, 0);
            Write(store, "X.509");
            Write(store, (uint)all[i].Length);
            store.Write(all[i]);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.BigEndianUnicode.GetBytes(Password));
        hash.AppendData("Mighty Aphrodite"u8);
        hash.AppendData(store.GetBuffer(), 0, (int)store.Length);
        store.Write(hash.GetHashAndReset());
        return store.ToArray();
    }

    private static void Write(MemoryStream store, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        store.Write(bytes);
    }

    private static void Write(MemoryStream store, string text)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)text.Length);
        store.Write(length);
        store.Write(Encoding.ASCII.GetBytes(text));
    }
}
