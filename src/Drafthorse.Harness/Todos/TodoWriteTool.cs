using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Todos;

/// <summary>Lets a model keep a list of what its task still needs. The list is the thread's: it is journaled, outlives compaction and is
/// shown to people. Touches no sandbox.</summary>
internal sealed class TodoWriteTool(TodoOptions options) : SandboxTool(
    ToolName,
    ToolEffect.Read,
    "Writes the task's to-do list, which people see too, in place of the one before. For work of three steps or more. At most one to-do is in_progress; set it to completed as soon as it is done.",
    """
    {"type":"object","properties":{"todos":{"type":"array","description":"The whole list, in order; an empty one clears it.","items":{"type":"object","properties":{"content":{"type":"string","description":"What is to be done, in one line."},"status":{"type":"string","enum":["pending","in_progress","completed"]}},"required":["content","status"]}}},"required":["todos"]}
    """)
{
    public const string ToolName = "todo_write";

    private const string Example = """{"todos":[{"content":"Reproduce the failure","status":"in_progress"},{"content":"Fix it","status":"pending"}]}""";

    /// <summary>The tool, or none.</summary>
    public static IEnumerable<AIFunction> Of(TodoOptions options) => options.Enabled ? [new TodoWriteTool(options)] : [];

    protected override Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken) => Task.FromResult(Read(arguments));

    private ToolOutput Read(ArgumentReader arguments)
    {
        TodoDraft draft;
        try
        {
            var todos = arguments.Objects("todos") ?? throw arguments.Missing("todos", "the whole list");
            draft = new TodoDraft([.. todos.Select(todo => (todo.Text("content", "what is to be done"), todo.Text("status", "pending, in_progress or completed")))], options);
        }
        catch (ArgumentReaderException exception)
        {
            return ToolOutput.Error($"{exception.Message} The list stays as it was. A call that is right: {ToolName} {Example}", ToolErrorClass.InvalidArguments);
        }

        return draft.Problem() is { } problem
            ? ToolOutput.Error($"{ToolName}: {problem} The list stays as it was.{(draft.Nearest() is { } nearest ? $" The nearest call that is right: {ToolName} {nearest}" : "")}", ToolErrorClass.InvalidArguments)
            : ToolOutput.Text(Words(draft.Items)) with { Todos = draft.Items };
    }

    private static string Words(IReadOnlyList<TodoItem> items)
    {
        if (items.Count == 0)
            return "The to-do list is empty.";
        var counts = TodoStatusNames.All.Select((name, status) => $"{items.Count(item => item.Status == (TodoStatus)status)} {name}");
        var isIdle = items.Any(item => item.Status == TodoStatus.Pending) && items.All(item => item.Status != TodoStatus.InProgress);
        return $"To-dos: {string.Join(", ", counts)}.{(isIdle ? " Set the one that you work on to in_progress." : "")}";
    }
}
