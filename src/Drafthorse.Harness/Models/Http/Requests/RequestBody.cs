using System.Net;
using System.Net.Http.Headers;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>The JSON of one request in two parts: what later requests begin with too, and its own end.</summary>
internal sealed class RequestBody : HttpContent
{
    private readonly ReadOnlyMemory<byte> _beginning;
    private readonly ReadOnlyMemory<byte> _end;

    public RequestBody(ReadOnlyMemory<byte> beginning, ReadOnlyMemory<byte> end)
    {
        (_beginning, _end) = (beginning, end);
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_beginning).ConfigureAwait(false);
        await stream.WriteAsync(_end).ConfigureAwait(false);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_beginning, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(_end, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _beginning.Length + _end.Length;
        return true;
    }
}
