using Drafthorse.Harness.Threads;

namespace Drafthorse.Server;

/// <summary>Which HTTP status an exception is.</summary>
internal static class ApiErrors
{
    public static int StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        ThreadStoreException => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
