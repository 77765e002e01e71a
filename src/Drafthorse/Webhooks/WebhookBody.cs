using System.Buffers;

namespace Drafthorse.Webhooks;

/// <summary>Reads a request's body whole, up to a limit, into one rented block.</summary>
internal sealed class WebhookBody : IDisposable
{
    private const int FirstBlock = 64 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBlock);
    private int _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The body, or null when it is larger than <paramref name="maxBytes"/>.</summary>
    public static async Task<WebhookBody?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            return null;

        var body = new WebhookBody();
        try
        {
            while (true)
            {
                var result = await request.BodyReader.ReadAsync(cancellationToken);
                var fits = body._length + result.Buffer.Length <= maxBytes;
                if (fits)
                    body.Append(result.Buffer);
                request.BodyReader.AdvanceTo(result.Buffer.End);
                if (!fits || result.IsCompleted)
                {
                    if (fits)
                        return body;
                    body.Dispose();
                    return null;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private void Append(in ReadOnlySequence<byte> part)
    {
        var length = _length + (int)part.Length;
        if (length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, 2 * _bytes.Length));
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        part.CopyTo(_bytes.AsSpan(_length));
        _length = length;
    }
}
