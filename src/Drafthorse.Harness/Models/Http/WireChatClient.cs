using System.Runtime.CompilerServices;
using System.Text.Json;
using Drafthorse.Harness.Models.Http.Errors;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Http.Streams;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http;

/// <summary>A model behind HTTP: writes the request in a vendor's format and streams its answer.</summary>
internal sealed class WireChatClient(ModelEndpoint endpoint, WireFormat format) : IChatClient
{
    /// <summary>How often one call is sent anew with less in it, because its server takes not all of it.</summary>
    private const int MostLessons = 8;

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
        var conversation = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        using var answer = await SendAsync(conversation, options, cancellationToken).ConfigureAwait(false);
        var reader = format.CreateReader(new AnswerBounds(options?.MaxOutputTokens));
        var contents = new List<AIContent>();

        // From its first byte on an answer is paid for, whatever becomes of it: who counts learns that something came.
        yield return reader.ToUpdate(contents);
        var events = answer.Events;
        var parser = new EventJson(format.Spec);
        var values = new List<JsonDocument>();
        var goesOn = true;
        while (goesOn && !reader.IsOver && await events.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            reader.CountEvent(events.Data.Length);
            goesOn = parser.Read(events.Data.Span, values);
            Read(values, events.Type, reader, contents);
            if (contents.Count > 0)
            {
                yield return reader.ToUpdate(contents);
                contents.Clear();
            }
        }

        if (!goesOn)
        {
            reader.End();
        }

        if (!reader.IsComplete)
        {
            throw CutBecause(events.Stray, parser.Words);
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

    private void Read(List<JsonDocument> values, string eventType, ReplyReader reader, List<AIContent> contents)
    {
        try
        {
            foreach (var value in values)
            {
                if (ReasonReader.IsError(value.RootElement, eventType))
                {
                    throw ProviderErrors.FromEvent(format.Spec, endpoint.KeyVariable, value.RootElement);
                }

                reader.Read(value.RootElement, contents);
            }
        }
        finally
        {
            values.ForEach(value => value.Dispose());
            values.Clear();
        }
    }

    /// <summary>What stood beside the events says more than that they ended.</summary>
    private ModelException CutBecause(string stray, string words)
    {
        var json = stray.IndexOfAny(['{', '[']);
        var reason = ReasonReader.Read(json >= 0 ? stray[json..] : stray.Length > 0 ? stray : words);
        return reason.Message.Length > 0
            ? ProviderErrors.FromStream(format.Spec, endpoint.KeyVariable, reason)
            : ProviderErrors.Cut(format.Spec, "the stream ended before the provider said that the answer is whole");
    }

    private async Task<StreamedAnswer> SendAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        for (var lessons = 0; ; lessons++)
        {
            using var body = Write(messages, options);
            try
            {
                var answer = await endpoint.PostAsync(format.Spec, format.Path, body, cancellationToken).ConfigureAwait(false);
                return await StreamedAnswer.BeginAsync(answer, endpoint, format.Spec, cancellationToken).ConfigureAwait(false);
            }
            catch (ModelException exception) when (exception is { Kind: ModelErrorKind.InvalidRequest, Reason: { } reason } && lessons < MostLessons
                && format.Parameters.Learn(reason, format.LengthName))
            {
                // Once more, with what was learnt.
            }
        }
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
}
