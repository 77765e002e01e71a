using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Replies;

/// <summary>A whole answer of a model.</summary>
internal sealed record ModelReply
{
    /// <summary>Text, reasoning and function calls in the model's order; adjacent text is one piece.</summary>
    public required IReadOnlyList<AIContent> Contents { get; init; }

    /// <summary>What was tried until the answer was whole, itself last.</summary>
    public required IReadOnlyList<ModelAttempt> Attempts { get; init; }

    /// <summary>The specification of the model that answered, such as <c>anthropic:NAME</c>; empty when its client does not say.</summary>
    public required string Model { get; init; }

    /// <summary>Why the model stopped, or null when it did not say.</summary>
    public ChatFinishReason? FinishReason { get; init; }

    /// <summary>The calls among <see cref="Contents"/>.</summary>
    public IEnumerable<FunctionCallContent> Calls => Contents.OfType<FunctionCallContent>();

    /// <summary>The text among <see cref="Contents"/>.</summary>
    public string Text => string.Concat(Contents.OfType<TextContent>().Select(text => text.Text));
}
