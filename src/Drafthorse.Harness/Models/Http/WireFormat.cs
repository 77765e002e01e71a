using System.Text.Json;
using Drafthorse.Harness.Models.Families;
using Drafthorse.Harness.Models.Http.Replies;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http;

/// <summary>One vendor's way to write a conversation and to stream an answer. Stateless. Each message's bytes depend only on it and
/// on those before it, and settings that may differ from call to call stand after the messages, so request n+1 begins with
/// request n up to the end of its messages (invariant 11).</summary>
internal abstract class WireFormat(ModelSpec spec, RequestParameters parameters)
{
    public ModelSpec Spec => spec;

    /// <summary>The path of the call below the endpoint's address.</summary>
    public abstract string Path { get; }

    /// <summary>Which members its server takes.</summary>
    public RequestParameters Parameters => parameters;

    /// <summary>What models of its family were trained on.</summary>
    public ModelFamily Family { get; init; } = ModelFamily.General;

    /// <summary>How tools are declared.</summary>
    public ToolContract Tools { get; init; } = ToolContract.General;

    /// <summary>What the longest answer is called, by preference; null where it cannot be left out or has one name only.</summary>
    public virtual string? LengthName => null;

    /// <summary>Reads one streamed answer.</summary>
    public abstract ReplyReader CreateReader(AnswerBounds bounds);

    /// <summary>What stays the same over a thread: the model and its tools.</summary>
    public abstract void WriteHead(Utf8JsonWriter json, ChatOptions? options);

    /// <summary>Opens the array that holds the messages. Returns what writes them into it.</summary>
    public abstract MessagesWriter BeginMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options);

    /// <summary>What may differ from call to call: the longest answer, its form, how much to think.</summary>
    public abstract void WriteTail(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, ChatOptions? options);

    /// <summary>What stands within the last message's closing brackets in this request and in no later one; empty for most vendors.</summary>
    public virtual ReadOnlySpan<byte> LastMark(ChatMessage last) => [];

    protected string ModelOf(ChatOptions? options) => options?.ModelId ?? spec.Model;

    /// <summary>Whether reasoning was made by this very model: only then does it mean anything here.</summary>
    protected bool IsOwn(TextReasoningContent reasoning) =>
        reasoning.AdditionalProperties?.TryGetValue(ModelProperties.Vendor, out var vendor) == true && vendor is string name && name == spec.ToString();

    protected static void WriteText(Utf8JsonWriter json, string name, string? text) => json.WriteString(name, ModelText.WellFormed(text ?? ""));
}
