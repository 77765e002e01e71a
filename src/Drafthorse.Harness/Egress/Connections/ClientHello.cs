using System.Buffers.Binary;
using System.Text;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>Reads the server name out of the first message of a TLS connection (RFC 8446, RFC 6066), without touching it.</summary>
internal readonly record struct ClientHello(ClientHelloStatus Status, string Text)
{
    /// <summary>Nobody's ClientHello is larger, in bytes, record headers included.</summary>
    public const int MaxLength = 64 * 1024;

    private const int MaxRecord = 16 * 1024 + 256;
    private const int ServerName = 0;
    private const int EncryptedServerName = 0xFFCE;
    private const int EncryptedClientHello = 0xFE0D;

    private static readonly ClientHello Incomplete = new(ClientHelloStatus.Incomplete, "");
    private static readonly ClientHello Unnamed = new(ClientHelloStatus.Unnamed, "no server name");

    /// <summary>Parses what has come so far. <see cref="Text"/> is the server name, or why there is none to trust.</summary>
    public static ClientHello Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty && bytes[0] != 22)
            return Refuse("not TLS");

        // A hello may be cut over several records; nearly always it is one.
        var fragments = bytes.Length <= 4096 ? stackalloc byte[4096] : new byte[bytes.Length];
        var length = 0;
        while (true)
        {
            if (bytes.Length < 5)
                return bytes.Length > 1 && bytes[1] != 3 ? Refuse("not TLS") : Incomplete;
            int record = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
            if (bytes[0] != 22 || bytes[1] != 3 || record is 0 or > MaxRecord)
                return Refuse("malformed TLS record");
            var part = bytes.Slice(5, Math.Min(record, bytes.Length - 5));
            part.CopyTo(fragments[length..]);
            length += part.Length;
            if (length >= 4)
            {
                var body = (fragments[1] << 16) | (fragments[2] << 8) | fragments[3];
                if (fragments[0] != 1 || body > MaxLength)
                    return Refuse("no ClientHello");
                if (length >= 4 + body)
                    return ParseBody(fragments.Slice(4, body));
            }

            if (bytes.Length < 5 + record)
                return Incomplete;
            bytes = bytes[(5 + record)..];
        }
    }

    private static ClientHello Refuse(string why) => new(ClientHelloStatus.Refused, why);

    private static ClientHello ParseBody(ReadOnlySpan<byte> body)
    {
        var reader = new Reader(body);
        if (!reader.Skip(2 + 32) || !reader.Take(1, out _) || !reader.Take(2, out _) || !reader.Take(1, out _))
            return Refuse("malformed ClientHello");
        if (reader.IsEmpty)
            return Unnamed;
        if (!reader.Take(2, out var extensions) || !reader.IsEmpty)
            return Refuse("malformed ClientHello");

        string? name = null;
        var all = new Reader(extensions);
        while (!all.IsEmpty)
        {
            if (!all.Number(out var type) || !all.Take(2, out var data))
                return Refuse("malformed ClientHello");
            if (type is EncryptedClientHello or EncryptedServerName)
                return Refuse("the server name is encrypted");
            if (type != ServerName)
                continue;
            if (name is not null || !TryReadServerName(data, out name))
                return Refuse("malformed server name");
        }

        return name is null ? Unnamed : new ClientHello(ClientHelloStatus.Named, name);
    }

    private static bool TryReadServerName(ReadOnlySpan<byte> data, out string? name)
    {
        name = null;
        var list = new Reader(data);
        if (!list.Take(2, out var entries) || !list.IsEmpty || entries.IsEmpty || entries[0] != 0)
            return false;
        var entry = new Reader(entries[1..]);
        if (!entry.Take(2, out var host) || !entry.IsEmpty || host.IsEmpty)
            return false;
        name = Encoding.Latin1.GetString(host);
        return true;
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly bool IsEmpty => _rest.IsEmpty;

        public bool Skip(int count)
        {
            if (_rest.Length < count)
                return false;
            _rest = _rest[count..];
            return true;
        }

        public bool Number(out int value)
        {
            value = _rest.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(_rest);
            return Skip(2);
        }

        /// <summary>Takes a vector whose length stands before it in one or two bytes.</summary>
        public bool Take(int lengthBytes, out ReadOnlySpan<byte> value)
        {
            value = default;
            if (_rest.Length < lengthBytes)
                return false;
            int length = lengthBytes == 1 ? _rest[0] : BinaryPrimitives.ReadUInt16BigEndian(_rest);
            if (_rest.Length < lengthBytes + length)
                return false;
            value = _rest.Slice(lengthBytes, length);
            return Skip(lengthBytes + length);
        }
    }
}

internal enum ClientHelloStatus
{
    Incomplete,
    Named,
    Unnamed,
    Refused,
}
