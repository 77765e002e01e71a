using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Drafthorse.IntegrationTests.GitGateway;

/// <summary>Writes packs that no git would make: small ones whose deltas unfold to a lot.</summary>
internal sealed class PackWriter : IDisposable
{
    private const int Commit = 1;
    private const int Tree = 2;
    private const int Blob = 3;
    private const int OffsetDelta = 6;
    private const int LongestCopy = 0xffffff;
    private readonly MemoryStream _objects = new();
    private int _count;

    /// <summary>Adds a commit with a tree that holds one blob under so many names. Returns the commit's id.</summary>
    public string AddCommit(string parent, int names, byte[] content)
    {
        var blob = Add(Blob, content);
        var entries = Enumerable.Range(0, names).Select(name => (byte[])[.. Encoding.ASCII.GetBytes($"100644 f{name:d6}\0"), .. Convert.FromHexString(blob)]);
        var tree = Add(Tree, [.. entries.SelectMany(entry => entry)]);
        const string Person = "A <a@example.org> 1700000000 +0000";
        return Add(Commit, Encoding.ASCII.GetBytes($"tree {tree}\nparent {parent}\nauthor {Person}\ncommitter {Person}\n\nbomb\n"));
    }

    /// <summary>Adds blobs of zeros, each so many times as large as the one before it.</summary>
    public void AddUnfolding(int firstSize, params int[] factors)
    {
        var (at, size) = (_objects.Position, (long)firstSize);
        Add(Blob, new byte[firstSize]);
        foreach (var factor in factors)
        {
            var delta = new MemoryStream();
            WriteVarint(delta, size);
            WriteVarint(delta, size * factor);
            for (var copy = 0; copy < factor; copy++)
            {
                for (var from = 0L; from < size; from += LongestCopy)
                    WriteCopy(delta, (uint)from, (uint)Math.Min(LongestCopy, size - from));
            }

            var here = _objects.Position;
            WriteHeader(OffsetDelta, delta.Length);
            WriteOffset(here - at);
            Deflate(delta.ToArray());
            (at, size) = (here, size * factor);
        }
    }

    public byte[] ToArray()
    {
        var pack = new byte[12 + _objects.Length + 20];
        "PACK"u8.CopyTo(pack);
        BinaryPrimitives.WriteInt32BigEndian(pack.AsSpan(4), 2);
        BinaryPrimitives.WriteInt32BigEndian(pack.AsSpan(8), _count);
        _objects.ToArray().CopyTo(pack, 12);
#pragma warning disable CA5350 // Git's own checksum.
        SHA1.HashData(pack.AsSpan(..^20), pack.AsSpan(pack.Length - 20));
#pragma warning restore CA5350
        return pack;
    }

    public void Dispose() => _objects.Dispose();

    private string Add(int type, byte[] content)
    {
        WriteHeader(type, content.Length);
        Deflate(content);
        var name = type switch { Commit => "commit", Tree => "tree", _ => "blob" };
#pragma warning disable CA5350 // Git's own names.
        return Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"{name} {content.Length}\0"), .. content]));
#pragma warning restore CA5350
    }

    private void WriteHeader(int type, long size)
    {
        _count++;
        var first = (type << 4) | (int)(size & 15);
        for (size >>= 4; size > 0; size >>= 7)
        {
            _objects.WriteByte((byte)(first | 0x80));
            first = (int)(size & 0x7f);
        }

        _objects.WriteByte((byte)first);
    }

    private void WriteOffset(long offset)
    {
        var bytes = new List<byte> { (byte)(offset & 0x7f) };
        while ((offset >>= 7) > 0)
            bytes.Insert(0, (byte)(0x80 | (--offset & 0x7f)));
        _objects.Write(bytes.ToArray());
    }

    private void Deflate(byte[] content)
    {
        using var zlib = new ZLibStream(_objects, CompressionLevel.SmallestSize, leaveOpen: true);
        zlib.Write(content);
    }

    private static void WriteVarint(MemoryStream to, long value)
    {
        for (; value > 0x7f; value >>= 7)
            to.WriteByte((byte)(0x80 | (value & 0x7f)));
        to.WriteByte((byte)value);
    }

    private static void WriteCopy(MemoryStream to, uint offset, uint size)
    {
        to.WriteByte(0xff);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], size);
        to.Write(bytes[..7]);
    }
}
