using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Resilience;

/// <summary>A model of a list to fall back along.</summary>
/// <param name="Name">Its specification, such as <c>openai:NAME</c>; what is journaled when it answers.</param>
/// <param name="Client">Its client, retries included.</param>
internal sealed record FallbackModel(string Name, IChatClient Client);
