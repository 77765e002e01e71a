using System.IO.Compression;
using System.Text;
using Drafthorse.Harness.Models.Http.Errors;

namespace Drafthorse.Harness.Models.Http.Streams;

/// <summary>The body of a response, unpacked, with its bounds in time and bytes.</summary>
internal sealed class AnswerBody : IDisposable
{
    private const int MostErrorBytes = 64 * 1024;

    private readonly HttpResponseMessage _response;

    private AnswerBody(HttpResponseMessage response, Stream stream) => (_response, Stream) = (response, stream);

    public Stream Stream { get; }

    public HttpResponseMessage Response => _response;

    public string? MediaType => _response.Content.Headers.ContentType?.MediaType;

    public static async Task<AnswerBody> OpenAsync(HttpResponseMessage response, ModelSpec spec, TimeSpan silence, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var raw = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);

            // The bounds count what comes out: a small body may unfold to a large one.
            return new AnswerBody(response, new IdleTimeoutStream(Unpack(raw, response, spec), spec, silence, time, cancellationToken));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The beginning of an error's text; what cannot be read is empty.</summary>
    public async Task<string> ReadErrorAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MostErrorBytes];
        var length = 0;
        try
        {
            int read;
            while (length < buffer.Length && (read = await Stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
            }
        }
        catch (ModelException)
        {
            // What came so far says more than that the rest did not come.
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    public void Dispose()
    {
        Stream.Dispose();
        _response.Dispose();
    }

    /// <summary>Nobody is asked to compress; some proxies do it all the same.</summary>
    private static Stream Unpack(Stream raw, HttpResponseMessage response, ModelSpec spec) => string.Join(',', response.Content.Headers.ContentEncoding).Trim().ToLowerInvariant() switch
    {
        "" or "identity" => raw,
        "gzip" or "x-gzip" => new GZipStream(raw, CompressionMode.Decompress),
        "br" => new BrotliStream(raw, CompressionMode.Decompress),
        "deflate" => new ZLibStream(raw, CompressionMode.Decompress),
        var other => throw ProviderErrors.Cut(spec, $"it comes in an encoding that was not asked for: {ErrorText.Shorten(other, 50)}"),
    };
}
