using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drafthorse.Demo.GitHub;

/// <summary>The App's own endpoints at the stand-in: who it is, where it is installed, and tokens for that.</summary>
internal static class GitHubStandInApps
{
    private const long InstallationId = 77;

    public static void Map(IEndpointRouteBuilder api, Func<GitHubStandIn> standIn)
    {
        api.MapGet("/app", context => AsAppAsync(context, app => Show(standIn(), app)));
        api.MapGet("/repos/{owner}/{name}/installation", context => AsAppAsync(context, app => Installation(context, standIn(), app)));
        api.MapPost("/app/installations/{id:long}/access_tokens", context => AsAppAsync(context, app => Sell(context, standIn(), app)));
    }

    private static Task AsAppAsync(HttpContext context, Func<StandInApp, IResult> answer)
    {
        var caller = context.Features.Get<StandInCaller>()!;
        return (caller.App is { } app ? answer(app) : GitHubStandInEndpoints.Error(401, "A JSON web token could not be decoded")).ExecuteAsync(context);
    }

    private static IResult Show(GitHubStandIn standIn, StandInApp app) => GitHubStandInEndpoints.Json(new JsonObject
    {
        ["id"] = app.Id,
        ["slug"] = app.Slug,
        ["node_id"] = GitHubStandInShapes.NodeId("A", app.Id),
        ["owner"] = standIn.Shapes.Account(app.Bot),
        ["name"] = app.Slug,
        ["description"] = null,
        ["external_url"] = standIn.ServerUrl.AbsoluteUri,
        ["html_url"] = $"{standIn.ServerUrl.AbsoluteUri}apps/{app.Slug}",
        ["created_at"] = GitHubStandInShapes.Time(DateTimeOffset.UnixEpoch),
        ["updated_at"] = GitHubStandInShapes.Time(DateTimeOffset.UnixEpoch),
        ["permissions"] = new JsonObject { ["contents"] = "write", ["issues"] = "write", ["metadata"] = "read", ["pull_requests"] = "write" },
        ["events"] = new JsonArray("issues", "issue_comment"),
    });

    private static IResult Installation(HttpContext context, GitHubStandIn standIn, StandInApp app)
    {
        if (!standIn.World.Repositories.TryGetValue($"{context.GetRouteValue("owner")}/{context.GetRouteValue("name")}", out var repository))
            return GitHubStandInEndpoints.Error(404, "Not Found");
        return GitHubStandInEndpoints.Json(new JsonObject
        {
            ["id"] = InstallationId,
            ["app_id"] = app.Id,
            ["app_slug"] = app.Slug,
            ["target_id"] = repository.Owner.Id,
            ["target_type"] = "User",
            ["account"] = standIn.Shapes.Account(repository.Owner),
            ["repository_selection"] = "all",
            ["single_file_name"] = null,
            ["access_tokens_url"] = standIn.Shapes.Api($"app/installations/{InstallationId}/access_tokens"),
            ["html_url"] = $"{standIn.ServerUrl.AbsoluteUri}settings/installations/{InstallationId}",
            ["repositories_url"] = standIn.Shapes.Api("installation/repositories"),
            ["events"] = new JsonArray("issues", "issue_comment"),
            ["permissions"] = new JsonObject { ["contents"] = "write", ["issues"] = "write", ["metadata"] = "read", ["pull_requests"] = "write" },
            ["created_at"] = GitHubStandInShapes.Time(DateTimeOffset.UnixEpoch),
            ["updated_at"] = GitHubStandInShapes.Time(DateTimeOffset.UnixEpoch),
            ["suspended_by"] = null,
            ["suspended_at"] = null,
        });
    }

    private static IResult Sell(HttpContext context, GitHubStandIn standIn, StandInApp app)
    {
        using var body = JsonDocument.Parse(context.Request.Body);
        var repositories = body.RootElement.TryGetProperty("repositories", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()!).ToList()
            : [.. standIn.World.Repositories.Values.Select(repository => repository.Name)];
        var permissions = body.RootElement.TryGetProperty("permissions", out var asked)
            ? asked.EnumerateObject().ToDictionary(permission => permission.Name, permission => permission.Value.GetString()!)
            : [];
        var (token, expires) = standIn.Access.Issue(app, new StandInGrant(repositories, permissions));
        var granted = new JsonObject();
        foreach (var (name, level) in permissions)
            granted[name] = level;
        return GitHubStandInEndpoints.Json(
            new JsonObject { ["token"] = token, ["expires_at"] = GitHubStandInShapes.Time(expires), ["permissions"] = granted, ["repository_selection"] = "selected" }, 201);
    }
}
