using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Drafthorse.Channels.GitHub;

namespace Drafthorse.IntegrationTests.Webhooks;

/// <summary>
/// An open load of signed deliveries: each is sent at its time, whether those before it were answered or not, and is timed from that
/// time on. Everything that costs the sender time is made before.
/// </summary>
internal sealed class WebhookLoad : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
    private readonly Uri _hook;
    private readonly string _secret;
    private int _issues;

    public WebhookLoad(Uri hook, string secret) => (_hook, _secret) = (hook, secret);

    /// <summary>Sends, and returns the times to the answers, shortest first. Every answer must be 202.</summary>
    public async Task<TimeSpan[]> SendAsync(int perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        var deliveries = Enumerable.Range(0, (int)(perSecond * duration.TotalSeconds)).Select(_ => NewDelivery()).ToArray();
        var answers = new Task<TimeSpan>[deliveries.Length];
        GC.Collect();
        var sender = new Thread(() => SendAll(deliveries, perSecond, answers, cancellationToken)) { Priority = ThreadPriority.AboveNormal };
        sender.Start();
        await Task.Run(sender.Join, cancellationToken);
        var times = await Task.WhenAll(answers);
        Array.Sort(times);
        return times;
    }

    public void Dispose() => _http.Dispose();

    private void SendAll(HttpRequestMessage[] deliveries, int perSecond, Task<TimeSpan>[] answers, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var next = 0; next < deliveries.Length;)
        {
            for (; next < deliveries.Length && TimeSpan.FromSeconds(next / (double)perSecond) is var due && due <= Stopwatch.GetElapsedTime(started); next++)
                answers[next] = SendOneAsync(deliveries[next], started, due, cancellationToken);
            Thread.Sleep(1);
        }
    }

    private async Task<TimeSpan> SendOneAsync(HttpRequestMessage delivery, long started, TimeSpan due, CancellationToken cancellationToken)
    {
        using (delivery)
        {
            using var response = await _http.SendAsync(delivery, cancellationToken);
            var time = Stopwatch.GetElapsedTime(started) - due;
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            return time;
        }
    }

    private HttpRequestMessage NewDelivery()
    {
        var body = Issue(++_issues);
        var request = new HttpRequestMessage(HttpMethod.Post, _hook) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-GitHub-Event", "issues");
        request.Headers.Add("X-GitHub-Delivery", Guid.NewGuid().ToString());
        request.Headers.Add("X-Hub-Signature-256", GitHubWebhook.Sign(body, _secret));
        return request;
    }

    /// <summary>An issue event of the size that GitHub sends (about 10 kB).</summary>
    public static byte[] Issue(int number) => Encoding.UTF8.GetBytes(
        $$$"""
        {"action":"opened","filler":"{{{new string('x', 9_000)}}}","issue":{"id":{{{number}}},"number":{{{number}}},"title":"Sum is wrong","body":"@drafthorse fix it",
        "user":{"id":1,"login":"ada","type":"User"},"labels":[],"assignees":[],"updated_at":"2026-11-23T10:00:00Z"},
        "repository":{"id":7,"name":"r","owner":{"id":8,"login":"o","type":"User"}},"sender":{"id":1,"login":"ada","type":"User"}}
        """);
}
