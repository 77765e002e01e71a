using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Drafthorse.Demo.GitHub;

/// <summary>Pull requests at the stand-in. There is no endpoint to merge, close or ready one: a call of it would be a 404 in the list of calls.</summary>
internal static class GitHubStandInPulls
{
    public static void Map(Action<string, string, string, Func<StandInScope, Task<IResult>>> map)
    {
        map("GET", "/pulls", "pull_requests", scope => Task.FromResult(List(scope)));
        map("POST", "/pulls", "pull_requests", OpenAsync);
        map("GET", "/pulls/{number:int}", "pull_requests", scope => Task.FromResult(Find(scope) is { } pull ? Show(scope, pull) : NotFound));
        map("PATCH", "/pulls/{number:int}", "pull_requests", EditAsync);
        map("POST", "/pulls/{number:int}/requested_reviewers", "pull_requests", RequestReviewersAsync);
    }

    /// <summary>A plain page of a pull request, for people who follow the demo's link.</summary>
    public static async Task PageAsync(HttpContext context, GitHubStandIn standIn)
    {
        var number = int.Parse(context.GetRouteValue("number")!.ToString()!, CultureInfo.InvariantCulture);
        var found = standIn.World.Repositories.TryGetValue($"{context.GetRouteValue("owner")}/{context.GetRouteValue("name")}", out var repository)
            ? repository.PullRequests.Find(pull => pull.Conversation.Number == number)
            : null;
        if (found is null)
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        Func<string?, string?> encode = WebUtility.HtmlEncode;
        await context.Response.WriteAsync(
            $"<!doctype html><meta charset=utf-8><title>{encode(found.Conversation.Title)}</title><h1>{encode(found.Conversation.Title)} #{number}</h1>"
            + $"<p>{(found.Draft ? "Draft" : "Open")}: {encode(found.Head)} into {encode(found.Base)}</p><pre>{encode(found.Conversation.Body)}</pre>");
    }

    private static IResult NotFound => GitHubStandInEndpoints.Error(404, "Not Found");

    private static IResult List(StandInScope scope)
    {
        var query = scope.Context.Request.Query;
        var (state, head) = (query["state"].FirstOrDefault() ?? "open", query["head"].FirstOrDefault());
        return scope.Page(scope.Repository.PullRequests
            .Where(pull => state == "all" || pull.State == state)
            .Where(pull => head is null || head.Equals($"{pull.HeadRepository?.Owner.Login}:{pull.Head}", StringComparison.OrdinalIgnoreCase))
            .Select(pull => scope.Shapes.PullRequest(scope.Repository, pull, whole: false)));
    }

    private static async Task<IResult> OpenAsync(StandInScope scope)
    {
        var request = await scope.ReadAsync();
        var (title, head, target, body) = (Text(request, "title"), Text(request, "head"), Text(request, "base"), Text(request, "body"));
        var draft = request["draft"]?.GetValue<bool>() ?? false;
        var repository = scope.Repository;
        if (title is null || head is null || target is null)
            return GitHubStandInEndpoints.Error(422, "Validation Failed", "title, head or base is missing");
        if (draft && repository.RefusesDrafts)
            return GitHubStandInEndpoints.Error(422, "Draft pull requests are not supported in this repository.");
        if (repository.FindBranch(head) is not { } headSha)
            return GitHubStandInEndpoints.Error(422, "Validation Failed", "head is invalid");
        if (repository.FindBranch(target) is not { } baseSha)
            return GitHubStandInEndpoints.Error(422, "Validation Failed", "base is invalid");
        if (repository.PullRequests.Exists(pull => pull.State == "open" && pull.Head == head && pull.Base == target))
            return GitHubStandInEndpoints.Error(422, "Validation Failed", $"A pull request already exists for {repository.Owner.Login}:{head}.");

        var opened = Add(scope.StandIn.World, repository, scope.Caller.Account, title, body, head, target, draft);
        (opened.HeadSha, opened.BaseSha) = (headSha, baseSha);
        return GitHubStandInEndpoints.Json(scope.Shapes.PullRequest(repository, opened, whole: true), 201);
    }

    /// <summary>Adds a pull request as somebody would open it.</summary>
    public static StandInPullRequest Add(
        GitHubStandInWorld world, StandInRepository repository, StandInAccount author, string title, string? body, string head, string target, bool draft)
    {
        var conversation = new StandInIssue(world.NextId(), repository.NextNumber(), author, title) { Body = body, IsPullRequest = true };
        var pull = new StandInPullRequest(world.NextId(), conversation, head, target) { Draft = draft, HeadRepository = repository };
        repository.PullRequests.Add(pull);
        return pull;
    }

    private static async Task<IResult> EditAsync(StandInScope scope)
    {
        if (Find(scope) is not { } pull)
            return NotFound;
        var request = await scope.ReadAsync();
        pull.Conversation.Title = Text(request, "title") ?? pull.Conversation.Title;
        pull.Conversation.Body = Text(request, "body") ?? pull.Conversation.Body;
        pull.State = Text(request, "state") ?? pull.State;
        pull.Conversation.UpdatedAt = DateTimeOffset.UtcNow;
        return Show(scope, pull);
    }

    private static async Task<IResult> RequestReviewersAsync(StandInScope scope)
    {
        if (Find(scope) is not { } pull)
            return NotFound;
        var request = await scope.ReadAsync();
        var names = (request["reviewers"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToList();
        if (names.Exists(name => !scope.StandIn.World.Accounts.ContainsKey(name)))
            return GitHubStandInEndpoints.Error(422, "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.");
        pull.Reviewers.AddRange(names.Except(pull.Reviewers));
        return GitHubStandInEndpoints.Json(scope.Shapes.PullRequest(scope.Repository, pull, whole: false), 201);
    }

    private static StandInPullRequest? Find(StandInScope scope)
    {
        var number = int.Parse(scope.Route("number"), CultureInfo.InvariantCulture);
        return scope.Repository.PullRequests.Find(pull => pull.Conversation.Number == number);
    }

    private static IResult Show(StandInScope scope, StandInPullRequest pull) =>
        GitHubStandInEndpoints.Json(scope.Shapes.PullRequest(scope.Repository, pull, whole: true));

    private static string? Text(JsonObject request, string member) => request[member]?.GetValue<string>();
}
