using System.Net;
using System.Net.Http.Headers;
using Drafthorse.Harness.Models.Http.Replies;

namespace Drafthorse.Harness.Models.Http;

/// <summary>Where a model is asked: address, key, and the limits of one answer.</summary>
internal sealed class ModelEndpoint
{
    private const int MostErrorBytes = 64 * 1024;

    public required HttpClient Http { get; init; }

    /// <summary>The base address; paths are appended to it.</summary>
    public required Uri Url { get; init; }

    /// <summary>The headers that carry the key and the API's version.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The variable that holds the key, for messages.</summary>
    public required string KeyVariable { get; init; }

    /// <summary>The longest silence within an answer. Providers send pings or text much more often.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Sends a request and returns the response once its status is a success.</summary>
    public async Task<HttpResponseMessage> PostAsync(ModelSpec spec, string path, HttpContent body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url.AbsoluteUri.TrimEnd('/') + path)) { Content = body };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        HttpResponseMessage response;
        try
        {
            response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw ProviderErrors.Unreachable(spec, Url, exception);
        }

        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }

        using (response)
        {
            var text = await ReadErrorAsync(response, cancellationToken).ConfigureAwait(false);
            throw ProviderErrors.FromResponse(spec, this, response, text, Time.GetUtcNow());
        }
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var buffer = new byte[MostErrorBytes];
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, read);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return "";
        }
    }
}
