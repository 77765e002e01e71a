using System.Runtime.CompilerServices;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Models.Resilience;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Telemetry;

/// <summary>Traces and counts each attempt to call a model. Prompts and answers are recorded only where <paramref name="record"/> is given.</summary>
internal sealed class MeteredChatClient(IChatClient innerClient, ModelSpec spec, ModelPrice? price, TimeProvider time, Func<string, string>? record = null) : StreamingDecorator(innerClient)
{
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var activity = ModelTelemetry.Start(spec);
        var started = time.GetTimestamp();
        string? model = null;
        string? finishReason = null;
        var error = "cancelled";
        var recorded = record is null || activity is not { IsAllDataRequested: true } ? null : new RecordedContent(activity, record);
        IReadOnlyList<ChatMessage> asked = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        recorded?.Ask(asked);
        var updates = InnerClient.GetStreamingResponseAsync(asked, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
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
                recorded?.Hear(update);
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
            recorded?.End();
            ModelTelemetry.Finish(activity, spec, model, finishReason, time.GetElapsedTime(started), error);
        }
    }
}
