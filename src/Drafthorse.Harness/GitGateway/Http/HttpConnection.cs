using System.Globalization;
using System.Text;
using Drafthorse.Harness.Framing;

namespace Drafthorse.Harness.GitGateway.Http;

/// <summary>
/// HTTP/1.1 over one stream, server side: reads heads and body bytes through one bounded buffer, writes responses.
/// A peer that is silent for too long, or too slow, is answered 408.
/// </summary>
internal sealed class HttpConnection(Stream stream, Pace pace)
{
    private const int MaxHeadBytes = 16 * 1024;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next head, or null when the peer ended the connection between requests.</summary>
    public async Task<HttpRequestHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        pace.Restart();
        if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            return null;
        pace.Restart();
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (length is >= 0 and <= MaxHeadBytes)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, length);
                _start += length + 4;
                return HttpRequestHead.Parse(head);
            }

            if (_end - _start > MaxHeadBytes)
                throw new HttpException(431, "the head is too large");
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                throw new HttpException(400, "the head is cut short");
        }
    }

    /// <summary>Reads body bytes: at least one, or 0 at the end of the connection.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
            return 0;
        var count = Math.Min(destination.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    /// <summary>Reads a line of the chunked coding, without its end.</summary>
    public async ValueTask<string> ReadLineAsync(int maxLength, CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (end >= 0 && end <= maxLength)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, end);
                _start += end + 2;
                return ChunkLine.IsOne(line) ? line : throw new HttpException(400, "malformed chunk: a bare line end or a control character");
            }

            if (end > maxLength || _end - _start > maxLength + 2 || !await FillAsync(cancellationToken).ConfigureAwait(false))
                throw new HttpException(400, "malformed chunk");
        }
    }

    public Task WriteContinueAsync(CancellationToken cancellationToken) =>
        WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);

    /// <summary>Writes the head of a response; without a length the body is chunked.</summary>
    public Task WriteHeadAsync(int status, string contentType, long? length, bool keepAlive, CancellationToken cancellationToken)
    {
        var framing = length is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes}")
            : "Transfer-Encoding: chunked";
        var head = string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {Reason(status)}\r\nContent-Type: {contentType}\r\n{framing}\r\nCache-Control: no-cache\r\n{(keepAlive ? "" : "Connection: close\r\n")}\r\n");
        return WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
    }

    /// <summary>A whole response of one text; git shows it to its user line by line.</summary>
    public async Task WriteTextAsync(int status, string text, bool keepAlive, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(text);
        await WriteHeadAsync(status, "text/plain; charset=utf-8", body.Length, keepAlive, cancellationToken).ConfigureAwait(false);
        await WriteAsync(body, cancellationToken).ConfigureAwait(false);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await pace.WaitAsync(
                async token =>
                {
                    await stream.WriteAsync(bytes, token).ConfigureAwait(false);
                    await stream.FlushAsync(token).ConfigureAwait(false);
                    return bytes.Length;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new IOException($"The client did not read: {exception.Message}.", exception);
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        try
        {
            var read = await pace.WaitAsync(token => stream.ReadAsync(_buffer.AsMemory(_end), token), cancellationToken).ConfigureAwait(false);
            _end += read;
            return read > 0;
        }
        catch (TimeoutException exception)
        {
            throw new HttpException(408, exception.Message);
        }
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        502 => "Bad Gateway",
        _ => "Error",
    };
}
