using System.Runtime.CompilerServices;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Telemetry;

/// <summary>Traces and counts each attempt to call a model. Prompts and answers are not recorded.</summary>
internal sealed class MeteredChatClient(IChatClient innerClient, ModelSpec spec, ModelPrice? price, TimeProvider time) : StreamingDecorator(innerClient)
{
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var activity = ModelTelemetry.Start(spec);
        var started = time.GetTimestamp();
        string? model = null;
        string? finishReason = null;
        var error = "cancelled";
        var updates = InnerClient.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                try
                {
                    if (!await updates.MoveNextAsync().ConfigureAwait(false))
                    {
                        error = null;
                        break;
                    }
                }
                catch (ModelException exception)
                {
                    error = exception.Kind.ToString();
                    throw;
                }

                var update = updates.Current;
                model ??= update.ModelId;
                finishReason = update.FinishReason?.Value ?? finishReason;
                foreach (var content in update.Contents)
                {
                    if (content is UsageContent usage)
                    {
                        ModelTelemetry.Count(activity, spec, UsageSettlement.Sane(usage.Details), price);
                    }
                }

                yield return update;
            }
        }
        finally
        {
            await updates.DisposeAsync().ConfigureAwait(false);
            ModelTelemetry.Finish(activity, spec, model, finishReason, time.GetElapsedTime(started), error);
        }
    }
}
