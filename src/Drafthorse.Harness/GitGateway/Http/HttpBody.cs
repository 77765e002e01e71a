using Drafthorse.Harness.Framing;
using Drafthorse.Sandbox.Streams;

namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>The body of one request, by length or chunked. Ends exactly where the body ends.</summary>
internal sealed class HttpBody(HttpConnection connection, long? length) : ForwardStream
{
    private const int MaxTrailerLines = 16;
    private long _left = length ?? 0;
    private bool _anyChunk;
    private bool _ended = length == 0;

    public bool IsRead => _ended;

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ended || buffer.Length == 0)
            return 0;
        if (_left == 0 && length is null)
        {
            await ReadChunkSizeAsync(cancellationToken).ConfigureAwait(false);
            if (_ended)
                return 0;
        }

        var read = await connection.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
        if (read == 0)
            throw new HttpException(400, "the body is cut short");
        _left -= read;
        _ended = _left == 0 && length is not null;
        return read;
    }

    /// <summary>Reads the rest away, so that the peer comes to reading its answer; up to a bound.</summary>
    public async Task<bool> TryDrainAsync(long maxBytes, CancellationToken cancellationToken)
    {
        var waste = new byte[64 * 1024];
        while (maxBytes > 0 && await ReadAsync(waste, cancellationToken).ConfigureAwait(false) is var read and > 0)
            maxBytes -= read;
        return _ended;
    }

    private async Task ReadChunkSizeAsync(CancellationToken cancellationToken)
    {
        if (_anyChunk && await connection.ReadLineAsync(0, cancellationToken).ConfigureAwait(false) is not "")
            throw new HttpException(400, "malformed chunk");
        _anyChunk = true;
        var line = await connection.ReadLineAsync(256, cancellationToken).ConfigureAwait(false);
        if (!ChunkLine.TryReadSize(line, out _left))
            throw new HttpException(400, "malformed chunk");
        if (_left > 0)
            return;
        for (var lines = 0; await connection.ReadLineAsync(1024, cancellationToken).ConfigureAwait(false) is not ""; lines++)
        {
            if (lines == MaxTrailerLines)
                throw new HttpException(400, "too many trailer lines");
        }

        _ended = true;
    }
}
