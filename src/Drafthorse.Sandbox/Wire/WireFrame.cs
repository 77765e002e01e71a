using System.Buffers.Binary;
using System.Text;

namespace Drafthorse.Sandbox.Wire;

internal enum WireFrameType : byte
{
    /// <summary>Opens a stream: length of the method's name, its name, the head.</summary>
    Open = 1,
    Data = 2,

    /// <summary>The sender ends the stream in both directions: length of the code, code, text.</summary>
    Abort = 3,

    /// <summary>The sender reads no more of this stream; what it writes itself stays good.</summary>
    Stop = 4,

    /// <summary>Four bytes: how many more bytes the other end may send.</summary>
    Credit = 5,
    Ping = 6,
    Pong = 7,

    /// <summary>The sender ends the connection: length of the code, code, text.</summary>
    Close = 8,
}

/// <summary>Eight bytes before each payload: stream id, then type, end flag and length, little endian.</summary>
internal readonly record struct WireFrame(uint Id, WireFrameType Type, bool End, int Length)
{
    public const int HeaderSize = 8;

    private const uint EndFlag = 0x80;

    public static ReadOnlySpan<byte> Preface => [(byte)'D', (byte)'H', (byte)'W', (byte)'I', (byte)'R', (byte)'E', 0, WireLimits.Version];

    public static WireFrame Read(ReadOnlySpan<byte> header)
    {
        uint id = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint rest = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        uint kind = rest >> 24;

        return new WireFrame(id, (WireFrameType)(kind & ~EndFlag), (kind & EndFlag) != 0, (int)(rest & 0xFF_FFFF));
    }

    public void Write(Span<byte> header)
    {
        uint kind = (uint)Type | (End ? EndFlag : 0);

        BinaryPrimitives.WriteUInt32LittleEndian(header, Id);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], kind << 24 | (uint)Length);
    }

    /// <summary>A short name (a method, an error code) and what belongs to it, as one payload.</summary>
    public static byte[] Named(string name, ReadOnlySpan<byte> rest)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        byte[] payload = new byte[1 + length + rest.Length];
        payload[0] = (byte)length;
        Encoding.UTF8.GetBytes(name, payload.AsSpan(1));
        rest.CopyTo(payload.AsSpan(1 + length));
        return payload;
    }

    public static byte[] Error(string code, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Named(code, bytes.AsSpan(0, Math.Min(bytes.Length, WireLimits.MaxErrorText)));
    }

    /// <summary>The name at the start of a payload; the rest follows it. Throws <see cref="WireException"/>.</summary>
    public static string ReadName(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> rest)
    {
        int length = payload.IsEmpty ? 0 : payload[0];
        if (length is 0 or > WireLimits.MaxMethod || 1 + length > payload.Length)
            throw WireException.Violation("a name has a wrong length");

        ReadOnlySpan<byte> name = payload.Slice(1, length);
        if (name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
            throw WireException.Violation("a name has characters that names do not have");

        rest = payload[(1 + length)..];
        return Encoding.ASCII.GetString(name);
    }
}
