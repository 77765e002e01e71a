using System.Text.Json.Nodes;

namespace Drafthorse.Demo.GitHub;

/// <summary>The endpoints of the stand-in.</summary>
internal static class GitHubStandInEndpoints
{
    private static readonly string[] Reactions = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

    /// <param name="api">Where the API's paths begin.</param>
    /// <param name="pages">Where the web pages' paths begin.</param>
    /// <param name="hooks">The webhook.</param>
    /// <param name="standIn">The stand-in, once it has started.</param>
    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder pages, GitHubStandInHooks hooks, Func<GitHubStandIn> standIn)
    {
        const string Repo = "/repos/{owner}/{name}";
        void MapRepo(string method, string path, string permission, Func<StandInScope, Task<IResult>> handle) =>
            api.MapMethods(Repo + path, [method], (RequestDelegate)(context => StandInScope.RunAsync(context, standIn(), permission, handle)));

        api.MapGet("/user", context => UserAsync(context, standIn()));
        api.MapGet("/users/{login}", context => AccountAsync(context, standIn()));
        GitHubStandInApps.Map(api, standIn);
        MapRepo("GET", "/collaborators/{login}/permission", "metadata", scope => Task.FromResult(Permission(scope)));
        MapRepo("GET", "/issues/{number:int}/comments", "issues", scope => Task.FromResult(ListComments(scope)));
        MapRepo("POST", "/issues/{number:int}/comments", "issues", CreateCommentAsync);
        MapRepo("PATCH", "/issues/comments/{id:long}", "issues", EditCommentAsync);
        MapRepo("DELETE", "/issues/comments/{id:long}", "issues", scope => Task.FromResult(DeleteComment(scope)));
        MapRepo("POST", "/issues/{number:int}/reactions", "issues", scope => ReactAsync(scope, scope.FindConversation()?.Reactions));
        MapRepo("POST", "/issues/comments/{id:long}/reactions", "issues", scope => ReactAsync(scope, scope.FindComment()?.Reactions));
        MapRepo("POST", "/issues/{number:int}/labels", "issues", AddLabelsAsync);
        MapRepo("GET", "/contents/{**path}", "contents", scope => Task.FromResult(Contents(scope)));
        GitHubStandInPulls.Map(MapRepo);
        hooks.Map(api, MapRepo);
        pages.MapGet("/{owner}/{name}/pull/{number:int}", context => GitHubStandInPulls.PageAsync(context, standIn()));
    }

    public static IResult Error(int status, string message, params string[] errors)
    {
        var body = new JsonObject { ["message"] = message, ["documentation_url"] = "https://docs.github.com/rest" };
        if (errors.Length > 0)
            body["errors"] = new JsonArray([.. errors.Select(error => new JsonObject { ["resource"] = "PullRequest", ["code"] = "custom", ["message"] = error })]);
        return Json(body, status);
    }

    public static IResult Json(JsonNode body, int status = 200) => Results.Text(body.ToJsonString(), "application/json; charset=utf-8", statusCode: status);

    private static Task UserAsync(HttpContext context, GitHubStandIn standIn)
    {
        var caller = context.Features.Get<StandInCaller>()!;
        var answer = caller is { App: null, Grant: null } ? Json(standIn.Shapes.PublicAccount(caller.Account)) : Error(403, "Resource not accessible by integration");
        return answer.ExecuteAsync(context);
    }

    private static Task AccountAsync(HttpContext context, GitHubStandIn standIn) =>
        (standIn.World.Accounts.TryGetValue($"{context.GetRouteValue("login")}", out var account) ? Json(standIn.Shapes.PublicAccount(account)) : Error(404, "Not Found")).ExecuteAsync(context);

    private static IResult Permission(StandInScope scope)
    {
        if (!scope.StandIn.World.Accounts.TryGetValue(scope.Route("login"), out var account))
            return Error(404, "Not Found");
        var level = scope.Repository.Permissions.GetValueOrDefault(account.Login, "read");
        var user = scope.Shapes.Account(account);
        user["role_name"] = level;
        return Json(new JsonObject { ["permission"] = level, ["role_name"] = level, ["user"] = user });
    }

    private static IResult ListComments(StandInScope scope)
    {
        if (scope.FindConversation() is not { } conversation)
            return Error(404, "Not Found");
        var since = DateTimeOffset.TryParse(scope.Context.Request.Query["since"], out var from) ? from : DateTimeOffset.MinValue;
        return scope.Page(conversation.Comments.Where(comment => comment.UpdatedAt >= since).Select(comment => scope.Shapes.Comment(scope.Repository, comment)));
    }

    private static async Task<IResult> CreateCommentAsync(StandInScope scope)
    {
        if (scope.FindConversation() is not { } conversation)
            return Error(404, "Not Found");
        if (await scope.ReadStringAsync("body") is not { Length: > 0 and <= 65_536 } body)
            return Error(422, "Validation Failed", "body is missing or too long (maximum is 65536 characters)");
        var comment = scope.StandIn.World.AddComment(conversation, scope.Caller.Account, body);
        return Json(scope.Shapes.Comment(scope.Repository, comment), 201);
    }

    private static async Task<IResult> EditCommentAsync(StandInScope scope)
    {
        if (scope.FindComment() is not { } comment)
            return Error(404, "Not Found");
        if (comment.Author.Id != scope.Caller.Account.Id)
            return Error(403, "Must have admin rights to Repository.");
        if (await scope.ReadStringAsync("body") is not { Length: > 0 and <= 65_536 } body)
            return Error(422, "Validation Failed", "body is missing or too long (maximum is 65536 characters)");
        comment.Body = body;
        comment.Edits++;
        comment.UpdatedAt = DateTimeOffset.UtcNow;
        return Json(scope.Shapes.Comment(scope.Repository, comment));
    }

    private static IResult DeleteComment(StandInScope scope)
    {
        foreach (var conversation in scope.Repository.Conversations)
        {
            if (conversation.Comments.RemoveAll(comment => comment.Id == scope.RouteId) > 0)
                return Results.NoContent();
        }

        return Error(404, "Not Found");
    }

    private static async Task<IResult> ReactAsync(StandInScope scope, List<StandInReaction>? reactions)
    {
        if (reactions is null)
            return Error(404, "Not Found");
        if (await scope.ReadStringAsync("content") is not { } content || !Reactions.Contains(content))
            return Error(422, "Validation Failed");
        if (reactions.Find(reaction => reaction.Author.Id == scope.Caller.Account.Id && reaction.Content == content) is { } there)
            return Json(scope.Shapes.Reaction(there));
        var added = new StandInReaction(scope.StandIn.World.NextId(), scope.Caller.Account, content);
        reactions.Add(added);
        return Json(scope.Shapes.Reaction(added), 201);
    }

    private static async Task<IResult> AddLabelsAsync(StandInScope scope)
    {
        if (scope.FindConversation() is not { } conversation)
            return Error(404, "Not Found");
        var labels = (await scope.ReadAsync())["labels"] as JsonArray ?? [];
        foreach (var label in labels.Select(label => label!.GetValue<string>()).Where(label => !conversation.Labels.Contains(label, StringComparer.OrdinalIgnoreCase)))
            conversation.Labels.Add(label);
        return Json(GitHubStandInShapes.Array(conversation.Labels.Select(label => scope.Shapes.Label(scope.Repository, label))));
    }

    private static IResult Contents(StandInScope scope)
    {
        var path = scope.Context.GetRouteValue("path") as string ?? "";
        if (scope.Repository.Files.TryGetValue(path, out var text))
            return Json(scope.Shapes.Content(scope.Repository, path, "file", text));
        var prefix = path.Length == 0 ? "" : $"{path}/";
        var entries = scope.Repository.Files.Keys
            .Where(file => file.StartsWith(prefix, StringComparison.Ordinal))
            .Select(file => (Name: prefix + file[prefix.Length..].Split('/')[0], IsFile: !file[prefix.Length..].Contains('/', StringComparison.Ordinal)))
            .Distinct()
            .ToList();
        return entries.Count == 0 && path.Length > 0
            ? Error(404, "Not Found")
            : Json(GitHubStandInShapes.Array(entries.Select(entry => scope.Shapes.Content(scope.Repository, entry.Name, entry.IsFile ? "file" : "dir", null))));
    }
}
