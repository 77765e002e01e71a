using Drafthorse.Harness.Threads;
using Microsoft.AspNetCore.Diagnostics;

namespace Drafthorse.Server;

/// <summary>What fails outside of an endpoint's own answers, as problem details (RFC 9457) for every client, whatever it accepts.</summary>
internal static class ApiErrors
{
    /// <summary>Answers for an exception.</summary>
    public static Task AnswerExceptionAsync(HttpContext context)
    {
        var exception = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var (status, detail) = exception switch
        {
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),
            ThreadStoreException => (StatusCodes.Status503ServiceUnavailable, "The threads cannot be read or written now; the server's log says why. Try again later."),
            _ => (StatusCodes.Status500InternalServerError, "Something went wrong in the server; its log says what."),
        };
        return Results.Problem(statusCode: status, detail: detail).ExecuteAsync(context);
    }

    /// <summary>Answers for a status without a body.</summary>
    public static Task AnswerStatusAsync(StatusCodeContext context)
    {
        var response = context.HttpContext.Response;
        var detail = response.StatusCode switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this path. /openapi/v1.json says what there is.",
            StatusCodes.Status405MethodNotAllowed => $"This path takes {response.Headers.Allow} only.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body as application/json.",
            _ => null,
        };
        return Results.Problem(statusCode: response.StatusCode, detail: detail).ExecuteAsync(context.HttpContext);
    }
}
