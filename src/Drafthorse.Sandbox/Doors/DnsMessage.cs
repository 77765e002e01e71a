using System.Buffers.Binary;
using System.Text;

namespace Drafthorse.Sandbox.Doors;

/// <summary>
/// Answers DNS queries (RFC 1035) out of a <see cref="NameTable"/>: every name exists and has one synthetic IPv4 address, and
/// nothing else. Whether a name may be reached is the host's decision, made when a connection is opened.
/// </summary>
internal static class DnsMessage
{
    /// <summary>No reply is longer than this, in bytes.</summary>
    public const int MaxReply = 640;

    private const int HeaderLength = 12;
    private const uint TtlSeconds = 60;
    private const uint Localhost = 0x7F00_0001;

    private const int TypeA = 1;
    private const int TypePtr = 12;
    private const int TypeOpt = 41;
    private const int TypeAny = 255;

    private enum Code
    {
        NoError = 0,
        FormatError = 1,
        NameError = 3,
        NotImplemented = 4,
        Refused = 5,
    }

    /// <summary>Writes the reply to a query and returns its length in bytes; 0 when no reply is due.</summary>
    public static int Answer(ReadOnlySpan<byte> query, NameTable names, Span<byte> reply)
    {
        if (query.Length < HeaderLength || (query[2] & 0x80) != 0)
            return 0;

        query[..HeaderLength].CopyTo(reply);
        reply[4..HeaderLength].Clear();
        if ((query[2] >> 3 & 0xF) != 0)
            return Finish(reply, HeaderLength, Code.NotImplemented);
        if (BinaryPrimitives.ReadUInt16BigEndian(query[4..]) != 1 || !TryReadName(query, out var name, out var end) || query.Length < end + 4)
            return Finish(reply, HeaderLength, Code.FormatError);

        var type = BinaryPrimitives.ReadUInt16BigEndian(query[end..]);
        var dnsClass = BinaryPrimitives.ReadUInt16BigEndian(query[(end + 2)..]);
        end += 4;
        query[HeaderLength..end].CopyTo(reply[HeaderLength..]);
        reply[5] = 1;
        var length = end;

        var code = dnsClass is not (1 or 255) ? Code.Refused : name is null ? Code.NameError : Code.NoError;
        if (code == Code.NoError && type is TypeA or TypeAny && name!.Length > 0)
            length = AppendAddress(reply, length, name is "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal) ? Localhost : names.AddressOf(name));
        else if (code == Code.NoError && type == TypePtr)
            code = AppendPointer(reply, ref length, name!, names);

        return Finish(reply, AppendExtension(query[end..], reply, length), code);
    }

    private static int Finish(Span<byte> reply, int length, Code code)
    {
        reply[2] = (byte)(0x80 | (reply[2] & 0x79) | 0x04);
        reply[3] = (byte)(0x80 | (int)code);
        return length;
    }

    private static int AppendAddress(Span<byte> reply, int at, uint address)
    {
        at = AppendRecord(reply, at, TypeA, 4);
        BinaryPrimitives.WriteUInt32BigEndian(reply[at..], address);
        return at + 4;
    }

    private static Code AppendPointer(Span<byte> reply, ref int at, string name, NameTable names)
    {
        if (!TryReadReverse(name, out var address))
            return Code.NameError;
        var target = address == Localhost ? "localhost" : null;
        if (target is null && !names.TryGetName(address, out target))
            return Code.NameError;

        at = AppendRecord(reply, at, TypePtr, target.Length + 2);
        foreach (var label in target.Split('.'))
        {
            reply[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, reply[at..]);
        }

        reply[at++] = 0;
        return Code.NoError;
    }

    private static int AppendRecord(Span<byte> reply, int at, ushort type, int dataLength)
    {
        reply[7] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(reply[at..], 0xC000 | HeaderLength);
        BinaryPrimitives.WriteUInt16BigEndian(reply[(at + 2)..], type);
        BinaryPrimitives.WriteUInt16BigEndian(reply[(at + 4)..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(reply[(at + 6)..], TtlSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(reply[(at + 10)..], (ushort)dataLength);
        return at + 12;
    }

    /// <summary>Answers EDNS (RFC 6891) when its record is the first one after the question, where every stub resolver puts it.</summary>
    private static int AppendExtension(ReadOnlySpan<byte> rest, Span<byte> reply, int at)
    {
        if (rest.Length < 11 || rest[0] != 0 || BinaryPrimitives.ReadUInt16BigEndian(rest[1..]) != TypeOpt)
            return at;

        reply[at..(at + 11)].Clear();
        reply[at + 2] = TypeOpt;
        BinaryPrimitives.WriteUInt16BigEndian(reply[(at + 3)..], 1232);
        reply[11] = 1;
        return at + 11;
    }

    /// <summary>Reads the question's name in lower case; <c>null</c> when it is well-formed but no host name. False when it is not well-formed.</summary>
    private static bool TryReadName(ReadOnlySpan<byte> query, out string? name, out int end)
    {
        name = null;
        end = HeaderLength;
        Span<char> text = stackalloc char[256];
        var length = 0;
        var valid = true;
        while (true)
        {
            if (end >= query.Length)
                return false;
            int label = query[end++];
            if (label == 0)
                break;
            if (label > 63 || end + label >= query.Length || length + label + 1 > 253)
                return false;

            if (length > 0)
                text[length++] = '.';
            foreach (var b in query.Slice(end, label))
            {
                var c = char.ToLowerInvariant((char)b);
                valid &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
                text[length++] = c;
            }

            end += label;
        }

        if (valid)
            name = new string(text[..length]);
        return true;
    }

    private static bool TryReadReverse(string name, out uint address)
    {
        address = 0;
        const string Suffix = ".in-addr.arpa";
        if (!name.EndsWith(Suffix, StringComparison.Ordinal))
            return false;

        var octets = name[..^Suffix.Length].Split('.');
        if (octets.Length != 4)
            return false;
        for (var i = 3; i >= 0; i--)
        {
            if (!byte.TryParse(octets[i], System.Globalization.NumberStyles.None, null, out var octet))
                return false;
            address = address << 8 | octet;
        }

        return true;
    }
}
