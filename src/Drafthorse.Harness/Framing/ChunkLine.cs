using System.Globalization;

namespace Drafthorse.Harness.Framing;

/// <summary>
/// The lines between the bytes of HTTP's chunked coding (RFC 9112, 7.1), read so strictly that no other reader can see a line end where
/// this one sees none: that is how a second request is smuggled in.
/// </summary>
internal static class ChunkLine
{
    private const int MaxDigits = 15;

    /// <summary>Whether every reader sees one line: no bare line end, no control character but the tab.</summary>
    public static bool IsOne(ReadOnlySpan<char> line)
    {
        foreach (var c in line)
        {
            if (c is < ' ' and not '\t' or '\x7f')
                return false;
        }

        return true;
    }

    /// <summary>The size that a chunk's first line names; what extensions follow it is skipped.</summary>
    public static bool TryReadSize(ReadOnlySpan<char> line, out long size)
    {
        size = 0;
        var end = line.IndexOf(';');
        var digits = (end < 0 ? line : line[..end]).TrimEnd(" \t");
        return IsOne(line) && digits.Length is > 0 and <= MaxDigits && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out size);
    }
}
