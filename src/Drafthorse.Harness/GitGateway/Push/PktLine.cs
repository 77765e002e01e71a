using System.Globalization;
using System.Text;
using Drafthorse.Harness.GitGateway.Http;

namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Git's packet lines: four hexadecimal digits of length, then the payload; 0000 is a flush.</summary>
internal static class PktLine
{
    public const int MaxPayload = 65516;

    public static ReadOnlyMemory<byte> Flush { get; } = "0000"u8.ToArray();

    public static byte[] Write(ReadOnlySpan<byte> payload)
    {
        var line = new byte[payload.Length + 4];
        Encoding.ASCII.GetBytes((payload.Length + 4).ToString("x4", CultureInfo.InvariantCulture), line);
        payload.CopyTo(line.AsSpan(4));
        return line;
    }

    public static byte[] Write(string payload) => Write(Encoding.UTF8.GetBytes(payload));

    /// <summary>Reads one line; null is a flush or, where <paramref name="allowEnd"/>, the end of the stream. Throws <see cref="HttpException"/> (400).</summary>
    public static async Task<byte[]?> ReadAsync(Stream stream, bool allowEnd, CancellationToken cancellationToken)
    {
        var digits = new byte[4];
        var read = await stream.ReadAtLeastAsync(digits, 4, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0 && allowEnd)
            return null;
        if (read < 4 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length))
            throw new HttpException(400, "malformed packet line");
        if (length == 0)
            return null;
        if (length is <= 4 or > MaxPayload + 4)
            throw new HttpException(400, "malformed packet line length");
        var payload = new byte[length - 4];
        if (await stream.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < payload.Length)
            throw new HttpException(400, "a packet line is cut short");
        return payload;
    }
}
