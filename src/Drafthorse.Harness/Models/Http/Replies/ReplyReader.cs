using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Replies;

/// <summary>Turns the events of one streamed answer into updates. Used for one answer.</summary>
internal abstract class ReplyReader(ModelSpec spec, ModelEndpoint endpoint)
{
    private readonly AdditionalPropertiesDictionary _vendor = new() { [ModelProperties.Vendor] = spec.ToString() };

    protected ModelSpec Spec => spec;

    protected string? ResponseId { get; set; }

    protected string? ModelId { get; set; }

    protected ChatFinishReason? FinishReason { get; set; }

    protected UsageDetails? Usage { get; set; }

    /// <summary>Whether the provider said that the answer is whole.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>Whether nothing more is to be read.</summary>
    public bool IsOver { get; protected set; }

    /// <summary>The stream ended with its mark.</summary>
    public void End() => IsComplete = true;

    /// <summary>Takes one event's JSON; contents that it completes are added.</summary>
    public abstract void Read(JsonElement data, List<AIContent> contents);

    /// <summary>Contents that only the end of the answer completes.</summary>
    public virtual void Finish(List<AIContent> contents)
    {
    }

    public ChatResponseUpdate ToUpdate(List<AIContent> contents) => new(ChatRole.Assistant, [.. contents])
    {
        ResponseId = ResponseId,
        MessageId = ResponseId,
        ModelId = ModelId,
    };

    /// <summary>The last update: usage, finish reason, and who answered.</summary>
    public ChatResponseUpdate ToLastUpdate(List<AIContent> contents)
    {
        if (Usage is not null)
        {
            contents.Add(new UsageContent(Usage));
        }

        var update = ToUpdate(contents);
        update.FinishReason = FinishReason ?? ChatFinishReason.Stop;
        update.AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Model] = spec.ToString() };
        return update;
    }

    protected TextReasoningContent Reasoning(string text, string? protectedData = null) =>
        new(text) { ProtectedData = protectedData, AdditionalProperties = _vendor };

    /// <summary>Tokens written to the cache, as usage details carry them.</summary>
    protected static AdditionalPropertiesDictionary<long>? CacheWrites(long? tokens) =>
        tokens > 0 ? new AdditionalPropertiesDictionary<long> { [ModelProperties.CacheWrite] = tokens.Value } : null;

    protected ModelException ErrorOf(JsonElement error) => ProviderErrors.FromEvent(spec, endpoint, error);
}
