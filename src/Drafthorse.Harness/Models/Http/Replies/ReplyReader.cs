using System.Text.Json;
using Drafthorse.Harness.Models.Http.Errors;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Replies;

/// <summary>Turns the events of one streamed answer into updates. Used for one answer.</summary>
internal abstract class ReplyReader(ModelSpec spec, AnswerBounds bounds)
{
    private const int LongestName = 256;

    private readonly AdditionalPropertiesDictionary _vendor = new() { [ModelProperties.Vendor] = spec.ToString() };
    private readonly ThinkingTags _tags = new();

    public ModelSpec Spec => spec;

    /// <summary>Whether the provider said that the answer is whole.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>Whether nothing more is to be read.</summary>
    public bool IsOver { get; protected set; }

    protected string? ResponseId
    {
        get;
        set => field = value is null ? null : ToolArguments.Cut(value, LongestName);
    }

    protected string? ModelId
    {
        get;
        set => field = value is null ? null : ToolArguments.Cut(value, LongestName);
    }

    protected ChatFinishReason? FinishReason { get; set; }

    protected UsageDetails? Usage { get; set; }

    /// <summary>The stream ended with its mark.</summary>
    public void End() => IsComplete = true;

    /// <summary>Takes one event's JSON, or a whole answer of a server that does not stream; contents that it completes are added.</summary>
    public abstract void Read(JsonElement data, List<AIContent> contents);

    /// <summary>Contents that only the end of the answer completes.</summary>
    public virtual void Finish(List<AIContent> contents) => EndText(contents);

    /// <summary>Counts what is kept of the answer. Throws <see cref="ModelException"/> when it is too much.</summary>
    public void Count(long characters) => Check(bounds.Count(characters));

    /// <summary>Counts an event, whatever is in it. Throws <see cref="ModelException"/> when it is too much.</summary>
    public void CountEvent(int bytes) => Check(bounds.CountEvent(bytes));

    /// <summary>Counts a call. Throws <see cref="ModelException"/> when there are too many.</summary>
    public void CountCall() => Check(bounds.CountCall());

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

    protected void AddText(List<AIContent> contents, string text)
    {
        Count(text.Length);
        Add(contents, _tags.Take(text));
    }

    /// <summary>The text so far is all there is before what comes next.</summary>
    protected void EndText(List<AIContent> contents) => Add(contents, _tags.End());

    protected void AddReasoning(List<AIContent> contents, string text, string? protectedData = null)
    {
        Count(text.Length + (protectedData?.Length ?? 0));
        contents.Add(Reasoning(text, protectedData));
    }

    /// <summary>Tokens written to the cache, as usage details carry them.</summary>
    protected static AdditionalPropertiesDictionary<long>? CacheWrites(long? tokens) =>
        tokens > 0 ? new AdditionalPropertiesDictionary<long> { [ModelProperties.CacheWrite] = tokens.Value } : null;

    private void Add(List<AIContent> contents, IEnumerable<(bool IsThinking, string Text)> pieces)
    {
        foreach (var (isThinking, text) in pieces)
        {
            contents.Add(isThinking ? Reasoning(text) : new TextContent(text));
        }
    }

    private TextReasoningContent Reasoning(string text, string? protectedData = null) =>
        new(text) { ProtectedData = protectedData, AdditionalProperties = _vendor };

    private void Check(string? tooMuch)
    {
        if (tooMuch is not null)
        {
            throw ProviderErrors.Cut(spec, tooMuch);
        }
    }
}
