using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Drafthorse.Harness.Egress;

/// <summary>
/// A host as a client wrote it, made exact: a lower-case name without its final dot, or an address. Addresses are known in every
/// spelling that a resolver takes for one (one to four parts, decimal, octal, hexadecimal), so that none passes for a name.
/// </summary>
internal sealed record HostName(string Text, IPAddress? Address)
{
    private const int MaxLength = 253;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> Version6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public override string ToString() => Text;

    public static bool TryParse(string text, [NotNullWhen(true)] out HostName? host)
    {
        host = null;
        if (text.Length is 0 or > MaxLength + 1)
            return false;
        if (text.Contains(':', StringComparison.Ordinal))
            return TryParseVersion6(text, out host);
        if (text[^1] == '.')
            text = text[..^1];

        var labels = text.Split('.');
        foreach (var label in labels)
        {
            if (label.Length is 0 or > 63)
                return false;
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                    return false;
            }
        }

        if (IsNumber(labels[^1]))
        {
            if (!TryParseVersion4(labels, out var address))
                return false;
            host = new HostName(address.ToString(), address);
            return true;
        }

        host = new HostName(text.ToLowerInvariant(), null);
        return text.Length <= MaxLength;
    }

    /// <summary>Parses <c>host</c>, <c>host:port</c> or <c>[v6]:port</c>.</summary>
    public static bool TryParseAuthority(string text, int defaultPort, [NotNullWhen(true)] out HostName? host, out int port)
    {
        port = defaultPort;
        host = null;
        string rest;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || !text.AsSpan(0, end).Contains(':'))
                return false;
            (text, rest) = (text[1..end], text[(end + 1)..]);
        }
        else
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            (text, rest) = colon < 0 ? (text, "") : (text[..colon], text[colon..]);
        }

        if (rest.Length > 0)
        {
            if (rest[0] != ':' || !ushort.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || parsed == 0)
                return false;
            port = parsed;
        }

        return TryParse(text, out host);
    }

    private static bool TryParseVersion6(string text, [NotNullWhen(true)] out HostName? host)
    {
        host = null;
        if (text.AsSpan().ContainsAnyExcept(Version6Characters) || !IPAddress.TryParse(text, out var address)
            || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        host = new HostName(address.ToString(), address);
        return true;
    }

    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit)
        || (label.Length >= 2 && label[0] == '0' && label[1] is 'x' or 'X' && !label.AsSpan(2).ContainsAnyExcept(HexDigits));

    private static bool TryParseVersion4(string[] parts, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (parts.Length > 4)
            return false;
        ulong value = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryParseNumber(parts[i], out var part))
                return false;
            var last = i == parts.Length - 1;
            var bits = last ? 8 * (5 - parts.Length) : 8;
            if (part >= 1UL << bits)
                return false;
            value = last ? value << bits | part : value << 8 | part;
        }

        address = new IPAddress([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        return true;
    }

    private static bool TryParseNumber(string text, out ulong value)
    {
        value = 0;
        if (text.Length > 16 || !IsNumber(text))
            return false;
        var radix = 10u;
        if (text.Length >= 2 && text[1] is 'x' or 'X')
            (radix, text) = (16, text[2..]);
        else if (text.Length >= 2 && text[0] == '0')
            (radix, text) = (8, text[1..]);
        foreach (var c in text)
        {
            var digit = (uint)Convert.ToInt32(c.ToString(), 16);
            if (digit >= radix)
                return false;
            value = value * radix + digit;
        }

        return true;
    }
}
