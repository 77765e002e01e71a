using System.Globalization;
using System.Text.Json.Nodes;

namespace Drafthorse.Demo.GitHub;

/// <summary>
/// The webhook at the stand-in, the App's or a repository's: delivers, keeps what came of it, and delivers again when asked. As GitHub, it
/// never does so by itself.
/// </summary>
internal sealed class GitHubStandInHooks : IDisposable
{
    private const long HookId = 5;
    private readonly List<Delivery> _deliveries = [];
    private readonly HttpClient _http = new();
    private readonly Lock _lock = new();

    /// <summary>Where it delivers to; nobody is there while it is null.</summary>
    public Uri? Url { get; set; }

    public string Secret { get; set; } = "";

    /// <summary>Whether plain tokens may administrate repositories' webhooks.</summary>
    public bool TokensMayRead { get; set; } = true;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The attempts so far: their delivery's id, and the status.</summary>
    public IReadOnlyList<(string Guid, int Status)> Attempts
    {
        get
        {
            lock (_lock)
                return [.. _deliveries.Select(delivery => (delivery.Guid, delivery.Status))];
        }
    }

    /// <summary>Delivers an event.</summary>
    public Task SendAsync(string eventName, JsonObject payload, CancellationToken cancellationToken) =>
        DeliverAsync(new Delivery(0, Guid.NewGuid().ToString(), eventName, payload, false, default, 0), cancellationToken);

    public void Map(IEndpointRouteBuilder api, Action<string, string, string, Func<StandInScope, Task<IResult>>> mapRepo)
    {
        api.MapGet("/app/hook/deliveries", context => OfAppAsync(context, () => List(context)));
        api.MapPost("/app/hook/deliveries/{id:long}/attempts", context => OfAppAsync(context, () => AskAgain(context)));
        mapRepo("GET", "/hooks", "repository_hooks", scope => Task.FromResult(OfRepository(() => Hooks(scope))));
        mapRepo("GET", "/hooks/{hook:long}/deliveries", "repository_hooks", scope => Task.FromResult(OfRepository(() => List(scope.Context))));
        mapRepo("POST", "/hooks/{hook:long}/deliveries/{id:long}/attempts", "repository_hooks", scope => Task.FromResult(OfRepository(() => AskAgain(scope.Context))));
    }

    public void Dispose() => _http.Dispose();

    private static Task OfAppAsync(HttpContext context, Func<IResult> answer) =>
        (context.Features.Get<StandInCaller>()!.App is null ? GitHubStandInEndpoints.Error(401, "A JSON web token could not be decoded") : answer()).ExecuteAsync(context);

    private IResult OfRepository(Func<IResult> answer) => TokensMayRead ? answer() : GitHubStandInEndpoints.Error(404, "Not Found");

    private IResult Hooks(StandInScope scope)
    {
        var address = scope.Shapes.Api($"repos/{scope.Repository.FullName}/hooks/{HookId}");
        return GitHubStandInEndpoints.Json(new JsonArray(new JsonObject
        {
            ["type"] = "Repository", ["id"] = HookId, ["name"] = "web", ["active"] = true, ["events"] = new JsonArray("issues", "issue_comment"),
            ["config"] = new JsonObject { ["url"] = $"{Url?.AbsoluteUri ?? "http://gone.example/webhooks/github"}", ["content_type"] = "json", ["insecure_ssl"] = "0" },
            ["updated_at"] = GitHubStandInShapes.Time(DateTimeOffset.UnixEpoch), ["created_at"] = GitHubStandInShapes.Time(DateTimeOffset.UnixEpoch),
            ["url"] = address, ["test_url"] = $"{address}/test", ["ping_url"] = $"{address}/pings", ["deliveries_url"] = $"{address}/deliveries",
            ["last_response"] = new JsonObject { ["code"] = null, ["status"] = "unused", ["message"] = null },
        }));
    }

    private IResult List(HttpContext context)
    {
        var query = context.Request.Query;
        var size = Math.Clamp(int.TryParse(query["per_page"], out var asked) ? asked : 30, 1, 100);
        var from = long.TryParse(query["cursor"].ToString().Replace("v1_", "", StringComparison.Ordinal), out var cursor) ? cursor : long.MaxValue;
        lock (_lock)
        {
            var rest = _deliveries.Where(delivery => delivery.Id <= from).OrderByDescending(delivery => delivery.Id).ToList();
            if (rest.Count > size)
                context.Response.Headers.Link = $"<http://{context.Request.Host}{context.Request.Path}?per_page={size}&cursor=v1_{rest[size].Id}>; rel=\"next\"";
            return GitHubStandInEndpoints.Json(GitHubStandInShapes.Array(rest.Take(size).Select(Show)));
        }
    }

    private IResult AskAgain(HttpContext context)
    {
        var id = long.Parse(context.GetRouteValue("id")!.ToString()!, CultureInfo.InvariantCulture);
        Delivery? found;
        lock (_lock)
            found = _deliveries.Find(delivery => delivery.Id == id);
        if (found is null)
            return GitHubStandInEndpoints.Error(422, "Validation Failed");
        _ = DeliverAsync(found with { IsAgain = true }, CancellationToken.None);
        return GitHubStandInEndpoints.Json(new JsonObject(), 202);
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var status = 502;
        try
        {
            if (Url is { } url)
                status = (int)await GitHubStandIn.DeliverAsync(_http, url, Secret, delivery.Event, delivery.Payload, cancellationToken, delivery.Guid);
        }
        catch (HttpRequestException)
        {
            // Nobody listens.
        }

        lock (_lock)
            _deliveries.Add(delivery with { Id = 1_000 + _deliveries.Count, At = Clock.GetUtcNow(), Status = status });
    }

    private static JsonObject Show(Delivery delivery) => new()
    {
        ["id"] = delivery.Id,
        ["guid"] = delivery.Guid,
        ["delivered_at"] = GitHubStandInShapes.Time(delivery.At),
        ["redelivery"] = delivery.IsAgain,
        ["duration"] = 0.1,
        ["status"] = delivery.Status is >= 200 and < 300 ? "OK" : "failed to connect to host",
        ["status_code"] = delivery.Status,
        ["event"] = delivery.Event,
        ["action"] = delivery.Payload["action"]?.GetValue<string>(),
        ["installation_id"] = null,
        ["repository_id"] = null,
        ["throttled_at"] = null,
    };

    private sealed record Delivery(long Id, string Guid, string Event, JsonObject Payload, bool IsAgain, DateTimeOffset At, int Status);
}
