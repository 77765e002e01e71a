using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Resilience;

/// <summary>Asks the next model of a list when one stays rate limited, overloaded or out of order, also after a part of its answer
/// came: an update with <see cref="ModelProperties.Restart"/> then says that this part is void. Who answered stands in
/// <see cref="ModelProperties.Model"/>. Each call begins with the first model again.</summary>
internal sealed class FallbackChatClient : StreamingDecorator
{
    private readonly IReadOnlyList<FallbackModel> _models;

    /// <summary>A list of at least one model, the preferred one first.</summary>
    public FallbackChatClient(IReadOnlyList<FallbackModel> models)
        : base((models ?? throw new ArgumentNullException(nameof(models)))[0].Client) => _models = models;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var index = 0; ; index++)
        {
            var model = _models[index];
            ModelException? failure = null;
            var yielded = false;
            var named = false;
            var updates = model.Client.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (updates.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await updates.MoveNextAsync().ConfigureAwait(false))
                        {
                            break;
                        }
                    }
                    catch (ModelException exception) when (exception.CallsForFallback && index + 1 < _models.Count)
                    {
                        failure = exception;
                        break;
                    }

                    yielded = true;
                    named |= updates.Current.AdditionalProperties?.ContainsKey(ModelProperties.Restart) != true
                        && updates.Current.AdditionalProperties?.ContainsKey(ModelProperties.Model) == true;
                    yield return updates.Current;
                }
            }

            if (failure is null)
            {
                if (!named)
                {
                    yield return new ChatResponseUpdate(ChatRole.Assistant, [])
                    {
                        AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Model] = model.Name },
                    };
                }

                yield break;
            }

            if (yielded)
            {
                yield return RestartOf(failure);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var model in _models.Skip(1))
            {
                model.Client.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
