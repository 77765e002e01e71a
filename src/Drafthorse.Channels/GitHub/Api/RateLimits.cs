using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace Drafthorse.Channels.GitHub.Api;

/// <summary>
/// Remembers until when GitHub asked to be left alone, by token: calling on while limited makes it worse
/// (docs.github.com, "Best practices for using the REST API").
/// </summary>
internal sealed class RateLimits(TimeProvider time)
{
    private static readonly TimeSpan Unsaid = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = [];

    /// <summary>How long calls with this token have to wait still, or null.</summary>
    public TimeSpan? Remaining(string token)
    {
        if (!_until.TryGetValue(token, out var until))
            return null;
        var wait = until - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
            return wait;
        _until.TryRemove(token, out _);
        return null;
    }

    /// <summary>How long to wait when the response is about a rate limit, else null.</summary>
    public TimeSpan? Note(string token, HttpResponseMessage response, string said)
    {
        if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
            return null;
        var wait = RetryAfter(response) ?? Reset(response)
            ?? (response.StatusCode == HttpStatusCode.TooManyRequests || said.Contains("rate limit", StringComparison.OrdinalIgnoreCase) ? Unsaid : null);
        if (wait is null)
            return null;

        var bounded = TimeSpan.FromSeconds(Math.Clamp(wait.Value.TotalSeconds, 1, Longest.TotalSeconds));
        _until[token] = time.GetUtcNow() + bounded;
        return bounded;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - time.GetUtcNow() : null;

    private TimeSpan? Reset(HttpResponseMessage response) =>
        Header(response, "x-ratelimit-remaining") == 0 && Header(response, "x-ratelimit-reset") is { } reset
            ? TimeSpan.FromSeconds(reset - time.GetUtcNow().ToUnixTimeSeconds() + 1)
            : null;

    private static long? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
