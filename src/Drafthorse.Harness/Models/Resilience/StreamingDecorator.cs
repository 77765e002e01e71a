using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Resilience;

/// <summary>A decorator whose whole answers are gathered from its streamed ones, so that both behave alike.</summary>
internal abstract class StreamingDecorator : DelegatingChatClient
{
    protected StreamingDecorator(IChatClient innerClient)
        : base(innerClient)
    {
    }

    /// <inheritdoc/>
    public sealed override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var reply = new ModelReplyBuilder();
        await foreach (var update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            reply.Add(update);
        }

        return reply.ToChatResponse();
    }

    /// <inheritdoc/>
    public abstract override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default);

    protected static ChatResponseUpdate RestartOf(ModelException failure, ModelRetry? retry = null) => new(ChatRole.Assistant, [])
    {
        AdditionalProperties = new AdditionalPropertiesDictionary
        {
            [ModelProperties.Restart] = failure.Message,
            [ModelProperties.Model] = failure.Model,
            [ModelProperties.Retry] = retry,
        },
    };
}
