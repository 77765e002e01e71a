using System.Net;
using System.Net.Http.Headers;
using Drafthorse.Harness.Models.Http.Errors;
using Drafthorse.Harness.Models.Http.Streams;

namespace Drafthorse.Harness.Models.Http;

/// <summary>Where a model is asked: address, key, and the limits of one answer.</summary>
internal sealed class ModelEndpoint
{
    public required HttpClient Http { get; init; }

    /// <summary>The base address; paths are appended to its path.</summary>
    public required Uri Url { get; init; }

    /// <summary>The headers that carry the key and the API's version.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The variable that holds the key, for messages.</summary>
    public required string KeyVariable { get; init; }

    /// <summary>The longest silence before and within an answer. Providers send pings or text much more often.</summary>
    public required TimeSpan Silence { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Sends a request and returns the answer's body once its status is a success.</summary>
    public async Task<AnswerBody> PostAsync(ModelSpec spec, string path, HttpContent body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, BaseAddress.Append(Url, path)) { Content = body };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await SendAsync(spec, request, cancellationToken).ConfigureAwait(false);
        var answer = await AnswerBody.OpenAsync(response, spec, Silence, Time, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return answer;
        }

        using (answer)
        {
            var text = await answer.ReadErrorAsync(cancellationToken).ConfigureAwait(false);
            throw ErrorOf(spec, answer, text);
        }
    }

    /// <summary>What a response says that is an error, by its status or its body.</summary>
    public ModelException ErrorOf(ModelSpec spec, AnswerBody answer, string text) =>
        ProviderErrors.FromResponse(spec, KeyVariable, answer.Response, text, Time.GetUtcNow());

    private async Task<HttpResponseMessage> SendAsync(ModelSpec spec, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var silent = new CancellationTokenSource(Silence, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silent.Token);
        try
        {
            return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw ProviderErrors.Unreachable(spec, Url, exception);
        }
        catch (OperationCanceledException exception) when (silent.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ProviderErrors.Silent(spec, Silence, exception);
        }
    }
}
