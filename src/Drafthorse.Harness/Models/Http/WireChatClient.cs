using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http;

/// <summary>A model behind HTTP: writes the request in a vendor's format and streams its answer.</summary>
internal sealed class WireChatClient(ModelEndpoint endpoint, WireFormat format) : IChatClient
{
    /// <summary>By a conversation's first message, with which they are forgotten.</summary>
    private readonly ConditionalWeakTable<ChatMessage, WrittenConversation> _written = [];
    private readonly ChatClientMetadata _metadata = new(format.Spec.Provider, endpoint.Url, format.Spec.Model);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var reply = new ModelReplyBuilder();
        await foreach (var update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            reply.Add(update);
        }

        return reply.ToChatResponse();
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(messages, options, cancellationToken).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType is { } mediaType && mediaType != "text/event-stream")
        {
            throw new ModelException(ModelErrorKind.InvalidRequest, $"{format.Spec} answered with {mediaType} instead of a stream of events. Check the address {endpoint.Url}.")
            {
                Model = format.Spec.ToString(),
            };
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var guarded = new IdleTimeoutStream(stream, format.Spec, endpoint.IdleTimeout, endpoint.Time, cancellationToken);
        var reader = format.CreateReader(endpoint);
        var contents = new List<AIContent>();
        await foreach (var item in SseParser.Create(guarded, ParseEvent).EnumerateAsync(cancellationToken).ConfigureAwait(false))
        {
            using var data = item.Data;
            if (data is null)
            {
                reader.End();
                break;
            }

            reader.Read(data.RootElement, contents);
            if (contents.Count > 0)
            {
                yield return reader.ToUpdate(contents);
                contents.Clear();
            }

            if (reader.IsOver)
            {
                break;
            }
        }

        if (!reader.IsComplete)
        {
            throw ProviderErrors.Cut(format.Spec, "the stream ended before the provider said that the answer is whole");
        }

        reader.Finish(contents);
        yield return reader.ToLastUpdate(contents);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(ModelSpec) ? format.Spec
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>The HTTP client belongs to the factory.</summary>
    public void Dispose()
    {
    }

    private async Task<HttpResponseMessage> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using var body = Write(messages as IReadOnlyList<ChatMessage> ?? [.. messages], options);
        return await endpoint.PostAsync(format.Spec, format.Path, body, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Only a thread's own calls go on from what was written before: there nobody changes a message that was sent.</summary>
    private RequestBody Write(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var isThread = messages.Count > 0 && options?.AdditionalProperties?.ContainsKey(ModelProperties.Thread) == true;
        if (isThread && _written.TryGetValue(messages[0], out var before) && before.Extend(messages, options) is { } longer)
        {
            return longer;
        }

        var written = new WrittenConversation(format, messages, options);
        if (isThread)
        {
            _written.AddOrUpdate(messages[0], written);
        }

        return written.Extend(messages, options)!;
    }

    /// <summary>The event's JSON; null for the mark that ends a stream of Chat Completions.</summary>
    private JsonDocument? ParseEvent(string eventType, ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(data);
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException exception)
        {
            throw ProviderErrors.Cut(format.Spec, "an event is not JSON", exception);
        }
    }
}
