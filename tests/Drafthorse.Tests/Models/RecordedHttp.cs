using System.Net;
using System.Text;

namespace Drafthorse.Tests.Models;

/// <summary>Answers with prepared responses, in order, and keeps what was sent.</summary>
internal sealed class RecordedHttp : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers = [];

    public List<string> Bodies { get; } = [];

    public List<HttpRequestMessage> Requests { get; } = [];

    /// <summary>What to answer when nothing is prepared.</summary>
    public Func<HttpResponseMessage>? Otherwise { get; set; }

    public RecordedHttp Stream(params string[] events) => Raw(string.Concat(events.Select(item => $"data: {item}\n\n")));

    public RecordedHttp Raw(string body)
    {
        _answers.Enqueue(() => StreamOf(new MemoryStream(Encoding.UTF8.GetBytes(body))));
        return this;
    }

    public RecordedHttp Body(Stream stream)
    {
        _answers.Enqueue(() => StreamOf(stream));
        return this;
    }

    public RecordedHttp Fail(int status, string body, params (string Name, string Value)[] headers)
    {
        _answers.Enqueue(() =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            foreach (var (name, value) in headers)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            return response;
        });
        return this;
    }

    public RecordedHttp Throw(Exception exception)
    {
        _answers.Enqueue(() => throw exception);
        return this;
    }

    public static HttpResponseMessage StreamOf(Stream stream)
    {
        var content = new StreamContent(stream);
        content.Headers.ContentType = new("text/event-stream");
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        Bodies.Add(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        return _answers.TryDequeue(out var answer) ? answer() : Otherwise?.Invoke() ?? throw new InvalidOperationException("no answer is prepared");
    }
}
