using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drafthorse.Harness.Channels;

namespace Drafthorse.Channels.GitHub.Api;

/// <summary>
/// Sends one request and reads its answer. What may go through later becomes a transient <see cref="EffectException"/> with the
/// time that GitHub asked for; a refusal becomes a <see cref="GitHubApiException"/>.
/// </summary>
internal sealed class GitHubTransport(HttpClient http, Uri apiUrl, TimeProvider time)
{
    private const int MaxResponseBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private readonly Uri _root = new(apiUrl.AbsoluteUri.TrimEnd('/') + '/');
    private readonly RateLimits _rateLimits = new(time);

    /// <summary>The address of a path below the API's root.</summary>
    public Uri At(string path) => new(_root, path);

    /// <summary>Sends, and reads the answer as <typeparamref name="T"/>.</summary>
    public async Task<T> SendAsync<T>(GitHubRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await SendForPageAsync(request, type, cancellationToken).ConfigureAwait(false)).Page;

    /// <summary>Sends, and reads the answer and the address of the next page (null at the end).</summary>
    public async Task<(T Page, Uri? Next)> SendForPageAsync<T>(GitHubRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var value = await JsonSerializer.DeserializeAsync(stream, type, cancellationToken).ConfigureAwait(false);
            return (value ?? throw new JsonException("null"), NextPage(response));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new EffectException($"GitHub answered {request} with something else than the JSON it documents.", true, null, exception);
        }
    }

    /// <summary>Sends, and takes any success for an answer. The caller disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(GitHubRequest request, CancellationToken cancellationToken)
    {
        if (_rateLimits.Remaining(request.Token) is { } wait)
            throw new EffectException($"GitHub's rate limit is used up; {request} was not tried.", true, wait);

        var address = request.Address;
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendOnceAsync(request, address, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                if (redirects < 2 && Redirect(response, address) is { } target)
                    address = target;
                else
                    throw await RefusalAsync(request, response, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(GitHubRequest request, Uri address, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(CallTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            using var message = new HttpRequestMessage(request.Method, address);
            message.Headers.Accept.ParseAdd("application/vnd.github+json");
            message.Headers.UserAgent.ParseAdd("drafthorse");
            message.Headers.Add("X-GitHub-Api-Version", "2022-11-28");
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", request.Token);
            if (request.Body is { } body)
            {
                message.Content = new ByteArrayContent(body);
                message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            }

            response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, both.Token).ConfigureAwait(false);
            return response;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            response?.Dispose();
            throw new EffectException($"GitHub could not be reached for {request}: {request.Redact(exception.Message)}", true, null, exception);
        }
    }

    private async Task<Exception> RefusalAsync(GitHubRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var said = ErrorText(request, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        var message = $"GitHub answered {request} with {(int)response.StatusCode}: {said}";
        if (_rateLimits.Note(request.Token, response, said) is { } wait)
            return new EffectException(message, true, wait);
        return response.StatusCode switch
        {
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new EffectException(message, true),
            _ => new GitHubApiException(response.StatusCode, message),
        };
    }

    /// <summary>A moved repository's new address; never another host, which would be handed the token.</summary>
    private static Uri? Redirect(HttpResponseMessage response, Uri from)
    {
        if ((int)response.StatusCode is not (301 or 302 or 307 or 308) || response.Headers.Location is not { } location)
            return null;
        var target = new Uri(from, location);
        return SameServer(target, from) ? target : null;
    }

    private Uri? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links))
            return null;
        foreach (var link in links.SelectMany(value => value.Split(',')))
        {
            var parts = link.Split(';', 2);
            if (parts.Length == 2 && parts[1].Contains("rel=\"next\"", StringComparison.Ordinal)
                && Uri.TryCreate(parts[0].Trim().Trim('<', '>'), UriKind.Absolute, out var next) && SameServer(next, _root))
            {
                return next;
            }
        }

        return null;
    }

    private static bool SameServer(Uri one, Uri other) => one.Scheme == other.Scheme && one.Authority == other.Authority;

    private static string ErrorText(GitHubRequest request, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("message", out var message))
                return "no reason given";
            var details = json.RootElement.TryGetProperty("errors", out var errors) ? $" {errors.GetRawText()}" : "";
            var text = request.Redact(message.ToString() + details);
            return text.Length > 500 ? text[..500] : text;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "no reason given";
        }
    }
}
