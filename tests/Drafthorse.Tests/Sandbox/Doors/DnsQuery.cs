using System.Buffers.Binary;
using System.Text;

namespace Drafthorse.Tests.Sandbox.Doors;

internal static class DnsQuery
{
    public const ushort A = 1;
    public const ushort Ptr = 12;
    public const ushort Aaaa = 28;
    public const ushort Srv = 33;

    public static byte[] Create(string name, ushort type, bool edns = false)
    {
        var bytes = new List<byte> { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(edns ? 1 : 0) };
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
            bytes.AddRange([(byte)label.Length, .. Encoding.Latin1.GetBytes(label)]);
        bytes.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        if (edns)
            bytes.AddRange([0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]);
        return [.. bytes];
    }

    public static int Code(ReadOnlySpan<byte> reply) => reply[3] & 0xF;

    public static int Answers(ReadOnlySpan<byte> reply) => BinaryPrimitives.ReadUInt16BigEndian(reply[6..]);

    /// <summary>The address of a reply with one A record and without EDNS.</summary>
    public static uint Address(ReadOnlySpan<byte> reply) => BinaryPrimitives.ReadUInt32BigEndian(reply[^4..]);
}
