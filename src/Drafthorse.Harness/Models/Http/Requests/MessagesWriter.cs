using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Http.Requests;

/// <summary>Writes the messages of one conversation, in order, and goes on where it ended when the conversation has grown.</summary>
internal abstract class MessagesWriter
{
    /// <summary>Writes all messages from an index on; those before it were written by this writer.</summary>
    public abstract void Write(IReadOnlyList<ChatMessage> messages, int from);
}
