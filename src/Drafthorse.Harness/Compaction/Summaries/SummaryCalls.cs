using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>Makes a model call beside the conversation.</summary>
internal delegate Task<ModelAnswer> SideCall(ModelCallPurpose purpose, IReadOnlyList<ChatMessage> messages, ChatOptions options, CancellationToken cancellationToken);

/// <summary>How a summary can be asked for.</summary>
/// <param name="Continue">As one more message of the conversation, so that the prompt cache is hit; null when another model summarizes.</param>
/// <param name="Aside">On its own, with a transcript.</param>
internal sealed record SummaryCalls(Func<ChatMessage, CancellationToken, Task<ModelAnswer>>? Continue, SideCall Aside);
