using System.Buffers;
using System.Text;
using Drafthorse.Harness.Framing;

namespace Drafthorse.Harness.Egress.Connections;

/// <summary>Carries a request's body to its end and not a byte further; chunks are written anew, without extensions and trailers.</summary>
internal static class RequestBody
{
    private const int MaxLine = 4096;
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    /// <summary>Sends the body. Throws <see cref="EgressException"/> when its framing is broken.</summary>
    public static async Task SendAsync(RequestHead head, ReadBuffer input, Relay relay, CancellationToken cancellationToken)
    {
        if (head.ContentLength is { } length)
        {
            await SendExactlyAsync(length, input, relay, cancellationToken).ConfigureAwait(false);
            return;
        }

        while (true)
        {
            var line = await LineAsync(input, cancellationToken).ConfigureAwait(false);
            if (!ChunkLine.TryReadSize(line, out var size))
                throw EgressException.Refused("malformed request: malformed chunk size");
            if (size == 0)
                break;

            await relay.SendAsync(Encoding.ASCII.GetBytes($"{size:x}\r\n"), cancellationToken).ConfigureAwait(false);
            await SendExactlyAsync(size, input, relay, cancellationToken).ConfigureAwait(false);
            if ((await LineAsync(input, cancellationToken).ConfigureAwait(false)).Length > 0)
                throw EgressException.Refused("malformed request: a chunk is longer than its size");
            await relay.SendAsync(LineEnd, cancellationToken).ConfigureAwait(false);
        }

        for (var trailers = 0; (await LineAsync(input, cancellationToken).ConfigureAwait(false)).Length > 0;)
        {
            if (++trailers > 100)
                throw EgressException.Refused("malformed request: too many trailers");
        }

        await relay.SendAsync("0\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task SendExactlyAsync(long length, ReadBuffer input, Relay relay, CancellationToken cancellationToken)
    {
        if (length == 0)
            return;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, 64 * 1024));
        try
        {
            while (length > 0)
            {
                var count = await input.ReadAsync(buffer.AsMemory(0, (int)Math.Min(length, buffer.Length)), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    throw new IOException("The request's body was cut.");
                await relay.SendAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                length -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<string> LineAsync(ReadBuffer input, CancellationToken cancellationToken)
    {
        var bytes = await input.ReadToAsync(LineEnd, MaxLine, cancellationToken).ConfigureAwait(false) ?? throw new IOException("The request's body was cut.");
        var line = Encoding.Latin1.GetString(bytes.AsSpan(0, bytes.Length - 2));
        return ChunkLine.IsOne(line) ? line : throw EgressException.Refused("malformed request: a bare line end or a control character");
    }
}
