using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Drafthorse.Channels.GitHub;

namespace Drafthorse.Demo.GitHub;

/// <summary>
/// GitHub's REST API as far as Drafthorse uses it, in memory, on loopback: checks credentials and permissions, keeps what is written, and
/// fails when told to. Pages of pull requests are served too, so that a demo's link can be opened.
/// </summary>
internal sealed class GitHubStandIn : IAsyncDisposable
{
    private const int MostCalls = 10_000;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<StandInCall> _calls = [];

    private GitHubStandIn(WebApplication app, Uri serverUrl, GitHubStandInHooks hooks)
    {
        (_app, Hooks) = (app, hooks);
        ServerUrl = serverUrl;
        ApiUrl = new Uri(serverUrl, "/api/v3/");
        Shapes = new GitHubStandInShapes(ServerUrl, ApiUrl);
    }

    /// <summary>The value of <c>GITHUB_SERVER_URL</c>.</summary>
    public Uri ServerUrl { get; }

    /// <summary>The value of <c>GITHUB_API_URL</c>.</summary>
    public Uri ApiUrl { get; }

    public GitHubStandInWorld World { get; } = new();

    public GitHubStandInAccess Access { get; } = new();

    public GitHubStandInFaults Faults { get; } = new();

    public GitHubStandInHooks Hooks { get; }

    public GitHubStandInShapes Shapes { get; }

    /// <summary>Told of every call of the API (method, path and query), before it is answered.</summary>
    public Action<string>? OnRequest { get; set; }

    /// <summary>All calls of the API so far, oldest first.</summary>
    public IReadOnlyCollection<StandInCall> Calls => _calls;

    /// <summary>Starts on a free loopback port.</summary>
    /// <param name="more">Maps more on the same address, such as git over HTTP.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<GitHubStandIn> StartAsync(Action<IEndpointRouteBuilder>? more, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        GitHubStandIn? standIn = null;
        app.Use(async (context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/api/v3"))
                await standIn!.GuardAsync(context, next);
            else
                await next(context);
        });
        app.UseRouting();
        more?.Invoke(app);
        var api = app.MapGroup("/api/v3");
        var hooks = new GitHubStandInHooks();
        GitHubStandInEndpoints.Map(api, app, hooks, () => standIn!);
        await app.StartAsync(cancellationToken);
        standIn = new GitHubStandIn(app, new Uri(app.Urls.First()), hooks);
        return standIn;
    }

    /// <summary>Sends a signed webhook as GitHub does. Returns the answer's status.</summary>
    public static async Task<HttpStatusCode> DeliverAsync(
        HttpClient http, Uri hook, string secret, string eventName, JsonObject payload, CancellationToken cancellationToken, string? deliveryId = null)
    {
        var body = Encoding.UTF8.GetBytes(payload.ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, hook) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.UserAgent.ParseAdd("GitHub-Hookshot/stand-in");
        request.Headers.Add("X-GitHub-Event", eventName);
        request.Headers.Add("X-GitHub-Delivery", deliveryId ?? Guid.NewGuid().ToString());
        request.Headers.Add("X-Hub-Signature-256", GitHubWebhook.Sign(body, secret));
        using var response = await http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    /// <summary>The payload of an <c>issues</c> event.</summary>
    public JsonObject IssuePayload(string action, StandInRepository repository, StandInIssue issue, StandInAccount sender) => new()
    {
        ["action"] = action,
        ["issue"] = Shapes.Issue(repository, issue),
        ["repository"] = Shapes.Repository(repository),
        ["sender"] = Shapes.Account(sender),
    };

    /// <summary>The payload of an <c>issue_comment</c> event.</summary>
    public JsonObject CommentPayload(string action, StandInRepository repository, StandInIssue issue, StandInComment comment, StandInAccount sender)
    {
        var payload = IssuePayload(action, repository, issue, sender);
        payload["comment"] = Shapes.Comment(repository, comment);
        return payload;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Hooks.Dispose();
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value!["/api/v3".Length..]);
        using var reader = new StreamReader(context.Request.Body);
        var requestBody = await reader.ReadToEndAsync(context.RequestAborted);
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(requestBody));
        var output = context.Response.Body;
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;

        OnRequest?.Invoke($"{method} {path}{context.Request.QueryString}");
        var fault = Faults.Take(method, path);
        var caller = Access.Find(context.Request.Headers.Authorization);
        if (fault is StandInFault.CutBefore)
        {
            context.Abort();
            return;
        }

        if (fault is StandInFault.Silence)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        if (fault is not null and not StandInFault.CutAfter)
            await RefuseAsync(context, fault.Value);
        else if (caller is null)
            await GitHubStandInEndpoints.Error(401, "Bad credentials").ExecuteAsync(context);
        else
            await CallAsync(context, caller, next);

        _calls.Enqueue(new StandInCall(method, path, context.Request.QueryString.Value ?? "", requestBody, context.Response.StatusCode, Encoding.UTF8.GetString(buffer.ToArray())));
        while (_calls.Count > MostCalls)
            _calls.TryDequeue(out _);
        if (fault is StandInFault.CutAfter)
        {
            context.Abort();
            return;
        }

        context.Response.Body = output;
        await output.WriteAsync(buffer.ToArray(), context.RequestAborted);
    }

    private static Task CallAsync(HttpContext context, StandInCaller caller, RequestDelegate next)
    {
        context.Features.Set(caller);
        return next(context);
    }

    private static Task RefuseAsync(HttpContext context, StandInFault fault)
    {
        switch (fault)
        {
            case StandInFault.PrimaryRateLimit:
                context.Response.Headers["x-ratelimit-remaining"] = "0";
                context.Response.Headers["x-ratelimit-reset"] = DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
                return GitHubStandInEndpoints.Error(403, "API rate limit exceeded").ExecuteAsync(context);
            case StandInFault.ServerError:
                return GitHubStandInEndpoints.Error(500, "Server Error").ExecuteAsync(context);
            default:
                context.Response.Headers.RetryAfter = "1";
                return fault is StandInFault.TooManyRequests
                    ? GitHubStandInEndpoints.Error(429, "Too many requests").ExecuteAsync(context)
                    : GitHubStandInEndpoints.Error(403, "You have exceeded a secondary rate limit").ExecuteAsync(context);
        }
    }
}

/// <summary>One call of the API, and what came of it.</summary>
internal sealed record StandInCall(string Method, string Path, string Query, string RequestBody, int Status, string ResponseBody);
