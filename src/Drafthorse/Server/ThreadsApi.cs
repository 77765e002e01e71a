using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Events;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Server;

/// <summary><c>/api/threads</c>.</summary>
internal static class ThreadsApi
{
    private const string Principal = "api";
    private const int MaxText = 200_000;
    private const int MaxKey = 500;

    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("threads").ProducesProblem(401);
        group.MapPost("/", CreateAsync).Accepts<NewThread>("application/json").WithName("createThread").WithSummary("Begins a thread; the same key, or the same Idempotency-Key header, is the same thread.")
            .Produces<ThreadView>(201).ProducesProblem(400).ProducesProblem(403).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415);
        group.MapGet("/", ListAsync).WithName("listThreads").WithSummary("Threads, the newest first; nextCursor leads to the next page.")
            .Produces<ThreadList>().ProducesProblem(400);
        group.MapGet("/{id}", GetAsync).WithName("getThread").WithSummary("One thread.").Produces<ThreadView>().ProducesProblem(404);
        group.MapGet("/{id}/todos", TodosAsync).WithName("getTodos").WithSummary("The to-do list of a thread as the model wrote it last; empty when it wrote none.")
            .Produces<TodoList>().ProducesProblem(404);
        group.MapPost("/{id}/messages", SendAsync).Accepts<NewMessage>("application/json").WithName("sendMessage").WithSummary("Sends a message to a thread.")
            .Produces(202).ProducesProblem(400).ProducesProblem(404).ProducesProblem(413).ProducesProblem(415);
        group.MapPost("/{id}/cancel", CancelAsync).WithName("cancelThread").WithSummary("Cancels what is being done.").Produces(202).ProducesProblem(404);
        group.MapGet("/{id}/events", FollowAsync).WithName("followThread").WithSummary("Server-sent events from Last-Event-ID (a position in the journal), then live.")
            .Produces<string>(200, "text/event-stream").ProducesProblem(404);
        group.MapGet("/{id}/export", ExportAsync).WithName("exportThread").WithSummary("The journal as JSON lines.")
            .Produces<string>(200, "application/jsonl").ProducesProblem(404);
    }

    private static async Task<IResult> GetAsync(string id, IThreadStore store, Platform platform, CancellationToken cancellationToken) =>
        await FindAsync(store, id, cancellationToken) is { } thread ? Results.Ok(await ViewAsync(thread, platform, cancellationToken)) : NotFound(id);

    private static async Task<IResult> TodosAsync(string id, IThreadStore store, CancellationToken cancellationToken) =>
        await FindAsync(store, id, cancellationToken) is { } thread ? Results.Ok(TodoList.Of(await store.ReadTodosAsync(thread, cancellationToken))) : NotFound(id);

    private static async Task<IResult> CreateAsync(HttpContext context, IThreadStore store, Platform platform, CancellationToken cancellationToken)
    {
        var (body, unreadable) = await ApiBody.ReadAsync(context.Request, ApiJson.Default.NewThread, cancellationToken);
        if (body is null)
            return unreadable!;
        if (Check(body.Task, "task") is { } wrong)
            return wrong;
        RepositoryRef? repository = null;
        if (body.Repo is not null && !RepositoryUrl.TryParse(body.Repo, out repository))
            return Results.Problem(statusCode: 400, title: "bad repo", detail: "repo must be the URL of a git remote, such as https://HOST/OWNER/REPO, without credentials.");

        if (WhyNot(body, platform) is { } unusable)
            return unusable;
        if (repository is not null && WhyRefused(repository, platform.Settings.GitHub) is { } refused)
            return Results.Problem(statusCode: 403, title: "repo not allowed", detail: refused);

        // A retried request without a key of its own must meet the thread that its first try made.
        var retry = context.Request.Headers["Idempotency-Key"].ToString();
        var key = $"http:{Principal}:{body.Key ?? (retry.Length > 0 ? $"retry:{retry}" : Guid.NewGuid().ToString("N"))}";
        var delivery = retry.Length > 0 ? $"http:{Principal}:create:{retry}" : Guid.NewGuid().ToString("N");
        var result = await store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = key,
                DeliveryId = delivery,
                Origin = new ThreadOrigin { Channel = "http", User = $"http:{Principal}", Repository = repository, Title = FirstLine(body.Task!), MaxCostUsd = body.MaxCostUsd },
                Message = new InboxMessage { Id = delivery, Sender = $"http:{Principal}", Text = body.Task!, Model = body.Model, Plan = body.Plan },
                MustBeSameRepository = true,
            },
            cancellationToken);
        var thread = (await store.GetThreadAsync(result.ThreadId, cancellationToken))!;
        return result.Outcome is EnqueueOutcome.OtherRepository
            ? Results.Problem(
                statusCode: 409,
                title: "key of another repository",
                detail: $"The key belongs to thread {thread.Id} of {thread.Origin.Repository?.FullName ?? "no repository"}. Use another key, or leave repo out to go on there.")
            : Results.Created($"/api/threads/{thread.Id}", await ViewAsync(thread, platform, cancellationToken));
    }

    private static async Task<ThreadView> ViewAsync(ThreadRecord thread, Platform platform, CancellationToken cancellationToken) =>
        (await ThreadView.OfAsync([thread], platform.Store, platform.Settings, cancellationToken))[0];

    private static async Task<IResult> ListAsync(
        IThreadStore store, Platform platform, string? state, string? repo, string? user, string? cursor, CancellationToken cancellationToken)
    {
        ThreadStatus? status = null;
        if (state is not null)
        {
            if (!Enum.TryParse<ThreadStatus>(state, ignoreCase: true, out var parsed) || int.TryParse(state, out _))
                return Results.Problem(statusCode: 400, title: "bad state", detail: $"state must be one of {string.Join(", ", Enum.GetValues<ThreadStatus>().Select(ThreadStatusNames.Of))}.");
            status = parsed;
        }

        try
        {
            var page = await store.ListThreadsAsync(new ThreadQuery { State = status, Repository = repo?.ToLowerInvariant(), User = user, Cursor = cursor }, cancellationToken);
            return Results.Ok(new ThreadList(await ThreadView.OfAsync(page.Threads, store, platform.Settings, cancellationToken), page.NextCursor));
        }
        catch (ArgumentException)
        {
            return Results.Problem(statusCode: 400, title: "bad cursor", detail: "cursor must be the nextCursor of a page, or left out for the first one.");
        }
    }

    private static async Task<IResult> SendAsync(string id, HttpContext context, IThreadStore store, CancellationToken cancellationToken)
    {
        var (body, unreadable) = await ApiBody.ReadAsync(context.Request, ApiJson.Default.NewMessage, cancellationToken);
        if (body is null)
            return unreadable!;
        if (Check(body.Text, "text") is { } wrong)
            return wrong;
        if (!Enum.TryParse<DeliveryMode>(body.Mode ?? "step", ignoreCase: true, out var mode) || int.TryParse(body.Mode, out _))
            return Results.Problem(statusCode: 400, title: "bad mode", detail: "mode must be step, steer or queue.");
        if (await FindAsync(store, id, cancellationToken) is not { } thread)
            return NotFound(id);
        var retry = context.Request.Headers["Idempotency-Key"].ToString();
        var delivery = retry.Length > 0 ? $"http:{Principal}:{id}:{retry}" : Guid.NewGuid().ToString("N");
        await store.EnqueueAsync(
            new EnqueueRequest
            {
                ThreadKey = thread.Key,
                DeliveryId = delivery,
                Origin = thread.Origin,
                Message = new InboxMessage { Id = delivery, Sender = $"http:{Principal}", Text = body.Text!, Mode = mode },
            },
            cancellationToken);
        return Results.Accepted($"/api/threads/{thread.Id}");
    }

    private static async Task<IResult> CancelAsync(string id, IThreadStore store, CancellationToken cancellationToken)
    {
        if (await FindAsync(store, id, cancellationToken) is not { } thread)
            return NotFound(id);
        await store.CancelAsync(thread.Id, long.MaxValue, [], cancellationToken);
        return Results.Accepted($"/api/threads/{thread.Id}");
    }

    private static async Task FollowAsync(string id, HttpContext context, IThreadStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await FindAsync(store, id, cancellationToken) is not { } thread)
        {
            await NotFound(id).ExecuteAsync(context);
            return;
        }

        var from = long.TryParse(context.Request.Headers["Last-Event-ID"].ToString(), out var last) && last >= 0 ? last + 1 : 0;
        await EventStream.WriteAsync(context.Response, EventLines.FollowAsync(store, thread.Id, from, cancellationToken), time, cancellationToken);
    }

    private static async Task ExportAsync(string id, HttpContext context, IThreadStore store, CancellationToken cancellationToken)
    {
        if (await FindAsync(store, id, cancellationToken) is not { } thread)
        {
            await NotFound(id).ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "application/jsonl";
        await foreach (var record in JournalPages.ReadAsync(store, thread.Id, cancellationToken))
            await context.Response.Body.WriteAsync(JournalExport.Line(record), cancellationToken);
    }

    private static IResult? WhyNot(NewThread body, Platform platform)
    {
        if (body.MaxCostUsd is <= 0)
            return Results.Problem(statusCode: 400, title: "bad maxCostUsd", detail: "maxCostUsd must be more than 0.");
        if (body.Key is { } key && (key.Length is 0 or > MaxKey || key.Any(char.IsControl)))
            return Results.Problem(statusCode: 400, title: "bad key", detail: $"key may have 1 to {MaxKey} characters, and no control characters.");
        try
        {
            if (body.Model is not null && ModelSpec.Parse(body.Model) is var spec && !platform.Models.Contains(spec))
                platform.Settings.Models.ParseRequested(body.Model);
            return null;
        }
        catch (ModelException exception)
        {
            return Results.Problem(statusCode: 400, title: "bad model", detail: exception.Message);
        }
    }

    private static async Task<ThreadRecord?> FindAsync(IThreadStore store, string id, CancellationToken cancellationToken) =>
        ThreadId.TryParse(id, null, out var threadId) ? await store.GetThreadAsync(threadId, cancellationToken) : null;

    /// <summary>The server's own git fetches it, with the server's credential and from inside its network: only from where it was told to.</summary>
    private static string? WhyRefused(RepositoryRef repository, GitHubOptions? gitHub) =>
        gitHub is null ? "This server has no code host: set GITHUB_TOKEN, and GITHUB_SERVER_URL for a server of your own."
        : !gitHub.IsOnServer(repository.CloneUrl) ? $"repo must be on this server's code host, {gitHub.ServerUrl.GetLeftPart(UriPartial.Authority)}."
        : !gitHub.Allows(repository.FullName) ? $"{repository.FullName} is not in DRAFTHORSE_ALLOWED_REPOS."
        : null;

    private static IResult? Check(string? text, string name) =>
        string.IsNullOrWhiteSpace(text) ? Results.Problem(statusCode: 400, title: $"no {name}", detail: $"{name} must say what is to be done.")
        : text.Length > MaxText ? Results.Problem(statusCode: 413, title: $"{name} too long", detail: $"{name} may have {MaxText} characters at most.")
        : null;

    private static IResult NotFound(string id) => Results.Problem(statusCode: 404, title: "no such thread", detail: $"There is no thread {id}.");

    private static string FirstLine(string text)
    {
        var line = text.Trim().Split('\n')[0].Trim();
        return line.Length <= 120 ? line : $"{line[..117]}...";
    }
}
