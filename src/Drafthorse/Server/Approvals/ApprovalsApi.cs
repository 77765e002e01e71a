using Drafthorse.Channels.GitHub;
using Drafthorse.Composition;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Server.Approvals;

/// <summary><c>/api/approvals</c>.</summary>
internal static class ApprovalsApi
{
    public static void Map(RouteGroupBuilder group)
    {
        group.WithTags("approvals").ProducesProblem(401);
        group.MapGet("/", ListAsync).WithName("listApprovals").WithSummary("What people are asked to decide, of threads that are at rest; state may be open only.")
            .Produces<ApprovalViews>().ProducesProblem(400);
        group.MapGet("/{id}", GetAsync).WithName("getApproval").WithSummary("One approval, with exactly what is to be decided.").Produces<ApprovalView>().ProducesProblem(404);
        group.MapPost("/{id}", AnswerAsync).Accepts<NewAnswer>("application/json").WithName("answerApproval").WithSummary("Answers an approval, once; only with a token that belongs to a person who may.")
            .Produces<ApprovalView>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415);
    }

    private static async Task<IResult> ListAsync(Platform platform, string? state, CancellationToken cancellationToken) =>
        state is null or "open"
            ? Results.Ok(new ApprovalViews(await BookOf(platform).ListOpenAsync(cancellationToken)))
            : Results.Problem(statusCode: 400, title: "bad state", detail: "state must be open.");

    private static async Task<IResult> GetAsync(string id, Platform platform, CancellationToken cancellationToken) =>
        await BookOf(platform).FindAsync(id, cancellationToken) is { } view ? Results.Ok(view) : NotFound(id);

    private static async Task<IResult> AnswerAsync(string id, HttpContext context, Platform platform, ApiAccess access, CancellationToken cancellationToken)
    {
        var (body, unreadable) = await ApiBody.ReadAsync(context.Request, ApiJson.Default.NewAnswer, cancellationToken);
        if (body is null)
            return unreadable!;
        if (body.Answer is not ("approve" or "reject"))
            return Results.Problem(statusCode: 400, title: "bad answer", detail: "answer must be approve or reject.");
        if (string.IsNullOrWhiteSpace(body.Hash))
            return Results.Problem(statusCode: 400, title: "no hash", detail: "hash must be that of what you read, or its first eight digits.");
        var book = BookOf(platform);
        var result = await book.AnswerAsync(id, body.Answer == "approve", body.Hash.Trim(), body.Reason, WhoIs(context, platform, access), cancellationToken);
        return result.Outcome switch
        {
            AnswerOutcome.Taken => Results.Ok(await book.FindAsync(id, cancellationToken)),
            AnswerOutcome.Unknown => NotFound(id),
            AnswerOutcome.NotAllowed => Results.Problem(statusCode: 403, title: "not yours to answer", detail: result.Words),
            _ => Results.Problem(statusCode: 409, title: "not taken", detail: result.Words),
        };
    }

    /// <summary>Where there is a repository, its code host says what the person is to it; elsewhere those who have a token of their own decide.</summary>
    private static Answerer WhoIs(HttpContext context, Platform platform, ApiAccess access)
    {
        var person = access.PersonOf(context);
        return new Answerer
        {
            Name = person ?? "http:api",
            IsPerson = person is not null,
            Via = "api",
            FindRoleAsync = async (thread, token) => person is null ? ApproverRole.None
                : thread.Origin.Repository is null ? ApproverRole.Maintainer
                : platform.Channels.OfType<GitHubChannel>().FirstOrDefault() is { } github ? await github.FindRoleAsync(thread, person["github:".Length..], token)
                : ApproverRole.None,
        };
    }

    private static ApprovalBook BookOf(Platform platform) => new(platform.Store, platform.Desk);

    private static IResult NotFound(string id) => Results.Problem(statusCode: 404, title: "no such approval", detail: $"There is no approval {id}.");
}
