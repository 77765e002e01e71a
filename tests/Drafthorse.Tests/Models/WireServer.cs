using System.Net;
using System.Text;

namespace Drafthorse.Tests.Models;

/// <summary>A model's server in process: answers every request with what the test says, and keeps the bodies.</summary>
internal sealed class WireServer(string provider) : HttpMessageHandler
{
    private readonly Lock _gate = new();

    public List<string> Bodies { get; } = [];

    /// <summary>Answers the request with this number, from 0.</summary>
    public Func<int, CancellationToken, Task<HttpResponseMessage>> OnRequest { get; set; } = (_, _) => throw new InvalidOperationException("no answer is prepared");

    /// <summary>Answers with these in order, and with the last one for ever.</summary>
    public WireServer Answers(params WireReply[] replies)
    {
        OnRequest = (number, _) => Task.FromResult(Stream(replies[Math.Min(number, replies.Length - 1)]));
        return this;
    }

    public HttpResponseMessage Stream(WireReply reply) => RecordedHttp.StreamOf(new MemoryStream(Encoding.UTF8.GetBytes(reply.ToStream(provider))));

    public static HttpResponseMessage Error(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        int number;
        lock (_gate)
        {
            number = Bodies.Count;
            Bodies.Add(body);
        }

        return await OnRequest(number, cancellationToken);
    }
}
