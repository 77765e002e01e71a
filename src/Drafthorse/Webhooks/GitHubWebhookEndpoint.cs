using System.Diagnostics;
using System.IO.Pipelines;
using Drafthorse.Admission;
using Drafthorse.Channels;
using Drafthorse.Channels.GitHub;
using Drafthorse.Harness.Threads;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Net.Http.Headers;
using MinDataRate = Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate;

namespace Drafthorse.Webhooks;

/// <summary><c>POST /webhooks/github</c>: bounds the body, has it verified and read, writes what is accepted, and then answers.</summary>
internal sealed partial class GitHubWebhookEndpoint(
    GitHubWebhook webhook, IThreadStore store, WebhookMetrics metrics, RefusedDeliveries refusals, ILogger<GitHubWebhookEndpoint> logger)
{
    /// <summary>Bytes of all bodies together, but for the one that may be large.</summary>
    private const int MaxUnverified = 8 * 1024 * 1024;

    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(20);
    private static readonly MinDataRate LeastRate = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(2));

    private readonly UnverifiedBodies _bodies = new(MaxUnverified);

    /// <summary>Adds the endpoint's services; <see cref="GitHubWebhook"/> and <see cref="IThreadStore"/> come from elsewhere.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<WebhookMetrics>().AddSingleton<RefusedDeliveries>().AddSingleton<GitHubWebhookEndpoint>();
    }

    /// <summary>Maps the endpoint.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints)
    {
        var endpoint = endpoints.ServiceProvider.GetRequiredService<GitHubWebhookEndpoint>();
        return endpoints.MapPost("/webhooks/github", endpoint.HandleAsync).AllowAnonymous();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var (status, result, detail) = await AnswerAsync(context);
        metrics.Record("github", result, started);
        if (status == StatusCodes.Status401Unauthorized)
            refusals.Add(detail, context.Connection.RemoteIpAddress?.ToString() ?? "nowhere");
        if (status >= StatusCodes.Status400BadRequest)
            await Results.Problem(statusCode: status, title: result, detail: detail).ExecuteAsync(context);
        else
            await Results.Json(new WebhookAnswer(result, detail), WebhookJson.Default.WebhookAnswer, statusCode: status).ExecuteAsync(context);
    }

    private async Task<(int Status, string Result, string Detail)> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var headers = new GitHubWebhookHeaders(request.Headers["X-GitHub-Event"], request.Headers["X-GitHub-Delivery"], request.Headers["X-Hub-Signature-256"]);
        if (webhook.Refuse(headers) is { } refused)
            return await AcceptAsync(refused, context.RequestAborted);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return (StatusCodes.Status400BadRequest, "malformed", "the content type is not application/json (set it in the webhook's settings)");
        if (request.ContentLength > GitHubWebhook.MaxBodyBytes)
            return TooLarge;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = GitHubWebhook.MaxBodyBytes + 1;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = LeastRate;

        using var body = _bodies.Open();
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, body.Evicted);
            timeout.CancelAfter(BodyTimeout);
            if (!await ReadAsync(request.BodyReader, body, timeout.Token))
                return TooLarge;
            var verdict = webhook.Read(headers, body.Complete());
            body.Dispose();
            if (verdict.Outcome is not WebhookOutcome.Unauthorized)
                ConnectionGate.Vouch(context);
            return await AcceptAsync(verdict, context.RequestAborted);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge;
        }
        catch (BadHttpRequestException exception)
        {
            return (exception.StatusCode, "malformed", exception.Message);
        }
        catch (OperationCanceledException) when (body.Evicted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            return (StatusCodes.Status503ServiceUnavailable, "unavailable", "Too many bodies are on their way, and this one was the oldest. Deliver it again.");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return (StatusCodes.Status400BadRequest, "malformed", $"The body did not arrive within {BodyTimeout.TotalSeconds} seconds.");
        }
    }

    /// <summary>False when the body is too large.</summary>
    private static async Task<bool> ReadAsync(PipeReader reader, WebhookBody body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var fits = body.Length + result.Buffer.Length <= GitHubWebhook.MaxBodyBytes;
            if (fits)
                await body.AppendAsync(result.Buffer, cancellationToken);
            reader.AdvanceTo(result.Buffer.End);
            if (!fits || result.IsCompleted)
                return fits;
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
