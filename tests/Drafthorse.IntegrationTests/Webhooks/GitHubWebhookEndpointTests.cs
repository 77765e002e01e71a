using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drafthorse.Channels.GitHub;
using Drafthorse.IntegrationTests.Channels.GitHub;

namespace Drafthorse.IntegrationTests.Webhooks;

public class GitHubWebhookEndpointTests
{
    [Fact]
    public async Task Post_EveryExamplePayloadOfGitHub_GetsADocumentedStatus()
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();
        var cancellationToken = TestContext.Current.CancellationToken;
        using var examples = JsonDocument.Parse(await File.ReadAllTextAsync(await OctokitFiles.WebhookExamplesAsync(cancellationToken), cancellationToken));
        var seen = 0;

        foreach (var kind in examples.RootElement.EnumerateArray())
        {
            var eventName = kind.GetProperty("name").GetString()!;
            foreach (var example in kind.GetProperty("examples").EnumerateArray())
            {
                var (status, text) = await PostAsync(http, server, eventName, Encoding.UTF8.GetBytes(example.GetRawText()));
                Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{eventName}: {status} {text}");
                seen++;
            }
        }

        Assert.True(seen > 200, $"{seen} examples");
    }

    [Fact]
    public async Task Post_EveryExamplePayloadCallingTheAgent_IsAcceptedOrIgnored()
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();
        var cancellationToken = TestContext.Current.CancellationToken;
        var examples = JsonNode.Parse(await File.ReadAllTextAsync(await OctokitFiles.WebhookExamplesAsync(cancellationToken), cancellationToken))!.AsArray();
        var accepted = 0;

        foreach (var kind in examples.Where(kind => kind!["name"]!.GetValue<string>() is "issues" or "issue_comment"))
        {
            foreach (var example in kind!["examples"]!.AsArray())
            {
                example!["issue"]!["body"] = "@drafthorse go";
                if (example["comment"] is { } comment)
                    comment["body"] = "@drafthorse go";
                var (status, text) = await PostAsync(http, server, kind["name"]!.GetValue<string>(), Encoding.UTF8.GetBytes(example.ToJsonString()));
                Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{status} {text}");
                accepted += status is HttpStatusCode.Accepted ? 1 : 0;
            }
        }

        Assert.InRange(accepted, 12, 38);
    }

    [Fact]
    public async Task Post_SameDeliveryAThousandTimes_IsAcceptedOnce()
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();
        var body = Issue(1);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => PostAsync(http, server, "issues", body, "one")));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.Accepted);
        Assert.Equal(999, answers.Count(answer => answer.Status is HttpStatusCode.OK && answer.Text.Contains("redelivered", StringComparison.Ordinal)));
        Assert.Equal(1, (await server.Store.GetStatusAsync(TestContext.Current.CancellationToken)).OutboxDepth);
    }

    [Theory]
    [InlineData("sha256=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(null)]
    public async Task Post_BadSignature_Is401WithProblemDetails(string? signature)
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();

        var (status, text) = await PostAsync(http, server, "issues", Issue(1), "one", signature ?? "");

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal(401, JsonNode.Parse(text)!["status"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_ThirtyMegabytes_Is413_WhetherTheLengthIsSaidOrNot(bool saysLength)
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();
        var body = new byte[30_000_000];
        Array.Fill(body, (byte)' ');
        using HttpContent content = saysLength ? new ByteArrayContent(body) : new StreamContent(new UnseekableStream(body));
        using var request = Request(server, "issues", content, "one", GitHubWebhook.Sign(body, WebhookServer.Secret));

        HttpStatusCode? status = null;
        try
        {
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            status = response.StatusCode;
        }
        catch (HttpRequestException)
        {
            // The server may have answered and closed before all was sent; the client then reports the broken pipe.
        }

        Assert.True(status is null or HttpStatusCode.RequestEntityTooLarge, $"{status}");
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(http, server, "issues", Issue(1))).Status);
    }

    [Fact]
    public async Task Post_TwentyFiveMegabytesOfAValidEvent_IsTaken()
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();
        var body = new byte[GitHubWebhook.MaxBodyBytes];
        Array.Fill(body, (byte)' ');
        Issue(1).CopyTo(body, 0);

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(http, server, "issues", body)).Status);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"action":"opened","issue":{"id":1,"number":1,"title":"\ud800"}}""")]
    [InlineData("")]
    public async Task Post_Malformed_Is400WithTheCure(string body)
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();

        var (status, text) = await PostAsync(http, server, "issues", Encoding.UTF8.GetBytes(body));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("application/json", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_DepthBomb_Is400()
    {
        await using var server = await WebhookServer.StartAsync();
        using var http = new HttpClient();
        var bomb = Encoding.UTF8.GetBytes("{\"issue\":" + string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000)));

        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(http, server, "issues", bomb)).Status);
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(
        HttpClient http, WebhookServer server, string eventName, byte[] body, string? delivery = null, string? signature = null)
    {
        using var content = new ByteArrayContent(body);
        using var request = Request(server, eventName, content, delivery ?? Guid.NewGuid().ToString(), signature ?? GitHubWebhook.Sign(body, WebhookServer.Secret));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static HttpRequestMessage Request(WebhookServer server, string eventName, HttpContent content, string delivery, string signature)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, server.Hook) { Content = content };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-GitHub-Event", eventName);
        request.Headers.Add("X-GitHub-Delivery", delivery);
        if (signature.Length > 0)
            request.Headers.Add("X-Hub-Signature-256", signature);
        return request;
    }

    /// <summary>An issue event of the size that GitHub sends (about 10 kB).</summary>
    private static byte[] Issue(int number) => Encoding.UTF8.GetBytes(
        $$$"""
        {"action":"opened","filler":"{{{new string('x', 9_000)}}}","issue":{"id":{{{number + 1}}},"number":{{{number + 1}}},"title":"Sum is wrong","body":"@drafthorse fix it",
        "user":{"id":1,"login":"ada","type":"User"},"labels":[],"assignees":[],"updated_at":"2026-11-23T10:00:00Z"},
        "repository":{"id":7,"name":"r","owner":{"id":8,"login":"o","type":"User"}},"sender":{"id":1,"login":"ada","type":"User"}}
        """);

    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
