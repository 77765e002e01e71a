using Drafthorse.Harness.Context;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Todos;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>Carries the to-do list through a compaction, word for word: it is put back as it stands.</summary>
internal sealed class CarriedTodos
{
    private readonly string _callId = "";
    private readonly ContentBlock? _block;

    /// <param name="todos">The list, or null.</param>
    /// <param name="mostTokens">Where it is longer than this, its middle is left out and the text says so: no list may fill the window.</param>
    public CarriedTodos(TodosWritten? todos, int mostTokens)
    {
        if (todos is { Items.Count: > 0 } && MessageRendering.Render(todos.Items) is var block)
            (_callId, _block) = (todos.CallId, block with { Text = CutText.ToBytes(block.Text!, mostTokens * CutText.BytesPerToken) });
    }

    /// <summary>What is put back, as a chat client sees it; null when there is nothing.</summary>
    public ChatMessage? Chat => _block is null ? null : Conversation.ToChat(Alone(_block));

    /// <summary>Whether a call is the one that wrote the list.</summary>
    public bool IsWritingCall(ContentBlock call) => call.Name == TodoWriteTool.ToolName && call.CallId == _callId;

    /// <summary>Whether the list stands in a context anyway, or there is none.</summary>
    public bool IsIn(IReadOnlyList<ContextMessage> context) =>
        _block is null || context.Any(message => message.Content.Any(block => (block.Kind == "tool_call" && IsWritingCall(block)) || block == _block));

    /// <summary>The context with the list behind its first message, the summary, and without any that was put back before.</summary>
    public List<ContextMessage> PutBack(IEnumerable<ContextMessage> context)
    {
        List<ContextMessage> put = [.. context.Select(Without).Where(message => message.Role != "user" || message.Content.Count > 0)];
        if (_block is null)
            return put;
        if (put is [{ Role: "user" } first, ..])
            put[0] = first with { Content = [.. first.Content, _block] };
        else
            put.Insert(0, Alone(_block));
        return put;
    }

    private static ContextMessage Without(ContextMessage message) => message.Role == "user" && message.Content.Any(MessageRendering.IsTodos)
        ? message with { Content = [.. message.Content.Where(block => !MessageRendering.IsTodos(block))] }
        : message;

    private static ContextMessage Alone(ContentBlock block) => new() { Role = "user", Content = [block] };
}
