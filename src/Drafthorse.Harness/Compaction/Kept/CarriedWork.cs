using Drafthorse.Harness.Context;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Todos;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>Carries the to-do list and the plan through a compaction, word for word: they are put back as they stand.</summary>
internal sealed class CarriedWork
{
    private readonly string _callId = "";
    private readonly List<ContentBlock> _blocks = [];
    private readonly ContentBlock? _todos;

    /// <param name="todos">The list, or null.</param>
    /// <param name="plan">The plan as the model is shown it, or null when there is none that counts.</param>
    /// <param name="mostTokens">Where one of them is longer than this, its middle is left out and the text says so: none may fill the window.</param>
    public CarriedWork(TodosWritten? todos, ContentBlock? plan, int mostTokens)
    {
        if (plan is not null)
            _blocks.Add(Fit(plan, mostTokens));
        if (todos is { Items.Count: > 0 })
        {
            (_callId, _todos) = (todos.CallId, Fit(MessageRendering.Render(todos.Items), mostTokens));
            _blocks.Add(_todos);
        }
    }

    /// <summary>What is put back, as a chat client sees it; null when there is nothing.</summary>
    public ChatMessage? Chat => _blocks.Count == 0 ? null : Conversation.ToChat(Alone());

    /// <summary>Whether a call is the one that wrote the list.</summary>
    public bool IsWritingCall(ContentBlock call) => _todos is not null && call.Name == TodoWriteTool.ToolName && call.CallId == _callId;

    /// <summary>Whether all of it stands in a context anyway.</summary>
    public bool IsIn(IReadOnlyList<ContextMessage> context) => _blocks.TrueForAll(carried =>
        context.Any(message => message.Content.Any(block => (carried == _todos && block.Kind == "tool_call" && IsWritingCall(block)) || block == carried)));

    /// <summary>The context with all of it behind its first message, the summary, and without any that was put back before.</summary>
    public List<ContextMessage> PutBack(IEnumerable<ContextMessage> context)
    {
        List<ContextMessage> put = [.. context.Select(Without).Where(message => message.Role != "user" || message.Content.Count > 0)];
        if (_blocks.Count == 0)
            return put;
        if (put is [{ Role: "user" } first, ..])
            put[0] = first with { Content = [.. first.Content, .. _blocks] };
        else
            put.Insert(0, Alone());
        return put;
    }

    private static ContentBlock Fit(ContentBlock block, int mostTokens) => block with { Text = CutText.ToBytes(block.Text!, mostTokens * CutText.BytesPerToken) };

    private static ContextMessage Without(ContextMessage message) => message.Role == "user" && message.Content.Any(IsCarried)
        ? message with { Content = [.. message.Content.Where(block => !IsCarried(block))] }
        : message;

    private static bool IsCarried(ContentBlock block) => MessageRendering.IsTodos(block) || MessageRendering.IsPlan(block);

    private ContextMessage Alone() => new() { Role = "user", Content = [.. _blocks] };
}
