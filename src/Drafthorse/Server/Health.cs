using Drafthorse.Channels.GitHub.Reconcile;
using Drafthorse.Composition;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Server;

/// <summary>Whether the process lives, and whether it can work. Probes need the status alone; the parts are for those who may monitor.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz/live", () => "ok").AllowAnonymous();
        endpoints.MapGet("/healthz/ready", ReadyAsync).AllowAnonymous();
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, ApiAccess access, Platform platform, StoreHealth store, CancellationToken cancellationToken)
    {
        var mayKnow = access.MayMonitor(context);
        var parts = new Dictionary<string, string>
        {
            ["sandbox"] = platform.Sandbox.Reasons[^1],
            ["model"] = platform.Models[0].ToString(),
            ["github"] = platform.Settings.GitHub is null ? "off: GITHUB_TOKEN or GITHUB_APP_ID is not set"
                : platform.Settings.GitHub.WebhookSecrets.Count == 0 ? "on, but every webhook is refused: GITHUB_WEBHOOK_SECRET is not set" : "on",
        };
        if (context.RequestServices.GetService<GitHubReconciler>() is { } reconciler)
            parts["github deliveries"] = reconciler.State;
        try
        {
            parts["store"] = await store.TryAsync(cancellationToken);
            return Results.Ok(new Readiness("ready", mayKnow ? parts : null));
        }
        catch (ThreadStoreException exception)
        {
            parts["store"] = exception.Message;
            return Results.Json(new Readiness("not ready", mayKnow ? parts : null), ApiJson.Default.Readiness, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
