using System.Diagnostics;
using Drafthorse.Channels;
using Drafthorse.Channels.GitHub;
using Drafthorse.Harness.Threads;
using Microsoft.AspNetCore.Http.Features;

namespace Drafthorse.Webhooks;

/// <summary><c>POST /webhooks/github</c>: bounds the body, has it verified and read, writes what is accepted, and then answers.</summary>
internal sealed partial class GitHubWebhookEndpoint(GitHubWebhook webhook, IThreadStore store, WebhookMetrics metrics, ILogger<GitHubWebhookEndpoint> logger) : IDisposable
{
    /// <summary>Bodies above this size are read one at a time: together they would fill the memory.</summary>
    private const int LargeBody = 1024 * 1024;

    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _largeBodies = new(2);

    /// <summary>Adds the endpoint's services; <see cref="GitHubWebhook"/> and <see cref="IThreadStore"/> come from elsewhere.</summary>
    public static void AddTo(IServiceCollection services) => services.AddSingleton<WebhookMetrics>().AddSingleton<GitHubWebhookEndpoint>();

    /// <summary>Maps the endpoint.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var endpoint = endpoints.ServiceProvider.GetRequiredService<GitHubWebhookEndpoint>();
        return endpoints.MapPost("/webhooks/github", endpoint.HandleAsync).AllowAnonymous();
    }

    public void Dispose() => _largeBodies.Dispose();

    private async Task HandleAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var (status, result, detail) = await AnswerAsync(context);
        metrics.Record("github", result, started);
        if (status >= StatusCodes.Status400BadRequest)
            await Results.Problem(statusCode: status, title: result, detail: detail).ExecuteAsync(context);
        else
            await Results.Json(new WebhookAnswer(result, detail), WebhookJson.Default.WebhookAnswer, statusCode: status).ExecuteAsync(context);
    }

    private async Task<(int Status, string Result, string Detail)> AnswerAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var read = new GitHubWebhookHeaders(headers["X-GitHub-Event"], headers["X-GitHub-Delivery"], headers["X-Hub-Signature-256"]);
        if (read.Signature is null)
            return (StatusCodes.Status401Unauthorized, "unauthorized", "X-Hub-Signature-256 is missing.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = GitHubWebhook.MaxBodyBytes + 1;

        try
        {
            using var body = await ReadBodyAsync(context);
            return body is null ? TooLarge : await AcceptAsync(webhook.Read(read, body.Bytes), context.RequestAborted);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge;
        }
        catch (BadHttpRequestException exception)
        {
            return (StatusCodes.Status400BadRequest, "malformed", exception.Message);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return (StatusCodes.Status400BadRequest, "malformed", $"The body did not arrive within {BodyTimeout.TotalSeconds} seconds.");
        }
    }

    /// <summary>A body of unknown length may be a large one, and a slow one holds the place of others no longer than the timeout.</summary>
    private async Task<WebhookBody?> ReadBodyAsync(HttpContext context)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        timeout.CancelAfter(BodyTimeout);
        var isLarge = context.Request.ContentLength is not <= LargeBody;
        if (isLarge)
            await _largeBodies.WaitAsync(timeout.Token);
        try
        {
            return await WebhookBody.ReadAsync(context.Request, GitHubWebhook.MaxBodyBytes, timeout.Token);
        }
        finally
        {
            if (isLarge)
                _largeBodies.Release();
        }
    }

    private async Task<(int Status, string Result, string Detail)> AcceptAsync(WebhookVerdict verdict, CancellationToken cancellationToken)
    {
        switch (verdict)
        {
            case { Outcome: WebhookOutcome.Unauthorized }:
                return (StatusCodes.Status401Unauthorized, "unauthorized", verdict.Reason);
            case { Outcome: WebhookOutcome.Malformed }:
                return (StatusCodes.Status400BadRequest, "malformed", verdict.Reason);
            case { Request: null }:
                return (StatusCodes.Status200OK, "ignored", verdict.Reason);
        }

        try
        {
            var result = await store.EnqueueAsync(verdict.Request, cancellationToken);
            return result.Outcome is EnqueueOutcome.Duplicate
                ? (StatusCodes.Status200OK, "redelivered", "this delivery was accepted before")
                : (StatusCodes.Status202Accepted, "accepted", verdict.Reason);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotWritten(logger, verdict.Request.DeliveryId, exception);
            return (StatusCodes.Status503ServiceUnavailable, "unavailable", "The delivery could not be written down. Deliver it again.");
        }
    }

    private static (int Status, string Result, string Detail) TooLarge =>
        (StatusCodes.Status413PayloadTooLarge, "too large", $"A body may have {GitHubWebhook.MaxBodyBytes} bytes at most.");

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {DeliveryId} could not be written")]
    private static partial void LogNotWritten(ILogger logger, string deliveryId, Exception exception);
}
