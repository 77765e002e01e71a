using System.Net;

namespace Drafthorse.Benchmarks.Models;

/// <summary>Reads each request to its end and answers with the same stream of events.</summary>
internal sealed class CannedHttp(string body) : HttpMessageHandler
{
    private readonly byte[] _body = System.Text.Encoding.UTF8.GetBytes(body);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
        var content = new ByteArrayContent(_body);
        content.Headers.ContentType = new("text/event-stream");
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content, RequestMessage = request };
    }
}
