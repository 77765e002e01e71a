namespace Drafthorse.Harness.Egress.Connections;

/// <summary>
/// What a client's first byte may begin. Servers are lenient: they skip line ends and white space before a request, take any word for a
/// method, and skip TLS records before a hello. So whatever one of them might still read as TLS or HTTP counts as that, and is then read
/// strictly.
/// </summary>
internal static class FirstByte
{
    internal enum Protocol
    {
        Tls,
        Http,

        /// <summary>Binary, and neither of the two for any reader.</summary>
        Other,
    }

    public static Protocol Of(byte first) => first switch
    {
        // The types of TLS records; and from 0x80 on the old two-byte length before a hello without a name.
        (>= 20 and <= 24) or >= 0x80 => Protocol.Tls,

        // White space of any kind, and all that is printed.
        (>= (byte)'\t' and <= (byte)'\r') or (>= 0x1C and < 0x7F) => Protocol.Http,
        _ => Protocol.Other,
    };
}
