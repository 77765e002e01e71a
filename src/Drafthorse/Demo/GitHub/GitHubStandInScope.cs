using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drafthorse.Demo.GitHub;

/// <summary>One call on one repository: what it names, who makes it, and the answer's paging.</summary>
internal sealed class StandInScope
{
    private StandInScope(HttpContext context, GitHubStandIn standIn, StandInRepository repository, StandInCaller caller)
    {
        (Context, StandIn, Repository, Caller) = (context, standIn, repository, caller);
    }

    public HttpContext Context { get; }

    public GitHubStandIn StandIn { get; }

    public StandInRepository Repository { get; }

    public StandInCaller Caller { get; }

    public GitHubStandInShapes Shapes => StandIn.Shapes;

    public long RouteId => long.Parse(Route("id"), CultureInfo.InvariantCulture);

    /// <summary>Answers a call: 404 and 403 as GitHub would, 400 for what is no JSON, and all calls one after another.</summary>
    public static async Task RunAsync(HttpContext context, GitHubStandIn standIn, string permission, Func<StandInScope, Task<IResult>> handle)
    {
        var caller = context.Features.Get<StandInCaller>()!;
        if (!standIn.World.Repositories.TryGetValue($"{context.GetRouteValue("owner")}/{context.GetRouteValue("name")}", out var repository))
        {
            await GitHubStandInEndpoints.Error(404, "Not Found").ExecuteAsync(context);
            return;
        }

        var writes = context.Request.Method != HttpMethods.Get;
        if (!caller.May(repository.Name, permission, writes))
        {
            await GitHubStandInEndpoints.Error(403, "Resource not accessible by integration").ExecuteAsync(context);
            return;
        }

        IResult answer;
        try
        {
            // The body is in memory already, so nothing below really waits.
            var scope = new StandInScope(context, standIn, repository, caller);
            lock (standIn.World.Lock)
                answer = handle(scope).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            answer = GitHubStandInEndpoints.Error(400, "Problems parsing JSON");
        }

        await answer.ExecuteAsync(context);
    }

    public string Route(string name) => Context.GetRouteValue(name)?.ToString() ?? "";

    public StandInIssue? FindConversation() => Repository.FindConversation(int.Parse(Route("number"), CultureInfo.InvariantCulture));

    public StandInComment? FindComment() => Repository.Conversations.SelectMany(conversation => conversation.Comments).FirstOrDefault(comment => comment.Id == RouteId);

    public async Task<JsonObject> ReadAsync() => await JsonNode.ParseAsync(Context.Request.Body) as JsonObject ?? throw new JsonException();

    public async Task<string?> ReadStringAsync(string member) => (await ReadAsync())[member]?.GetValue<string>();

    /// <summary>One page of a list, with the <c>Link</c> header of the next.</summary>
    public IResult Page(IEnumerable<JsonObject> items)
    {
        var query = Context.Request.Query;
        var size = Math.Clamp(int.TryParse(query["per_page"], out var asked) ? asked : 30, 1, 100);
        var page = Math.Max(int.TryParse(query["page"], out var number) ? number : 1, 1);
        var all = items.ToList();
        if (all.Count > page * size)
        {
            var others = query.Where(pair => pair.Key != "page").Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value.ToString())}");
            var next = $"{StandIn.ServerUrl.AbsoluteUri.TrimEnd('/')}{Context.Request.Path}?{string.Join('&', others.Append($"page={page + 1}"))}";
            Context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        }

        return GitHubStandInEndpoints.Json(GitHubStandInShapes.Array(all.Skip((page - 1) * size).Take(size)));
    }
}
