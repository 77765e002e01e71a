using Drafthorse.Harness.Threads;
using Spectre.Console;

namespace Drafthorse.Terminal.Output;

/// <summary>A to-do list for people.</summary>
internal static class TodoLines
{
    /// <summary>How far the list is, and what is worked on.</summary>
    public static string Progress(IReadOnlyList<TodoItem> todos)
    {
        var now = todos.FirstOrDefault(todo => todo.Status == TodoStatus.InProgress) is { } working ? $" · now: {working.Content}" : "";
        return todos.Count == 0 ? "the to-do list is empty" : $"{todos.Count(todo => todo.Status == TodoStatus.Completed)} of {todos.Count} to-dos done{now}";
    }

    /// <summary>The whole list in whole words, each to-do beginning a line.</summary>
    public static void Show(IAnsiConsole console, IReadOnlyList<TodoItem> todos)
    {
        foreach (var todo in todos)
        {
            console.Say(todo.Status switch
            {
                TodoStatus.Completed => (FormattableString)$"[green]✓[/] [dim]{todo.Content}[/]",
                TodoStatus.InProgress => $"[yellow]▶[/] {todo.Content}",
                _ => $"○ {todo.Content}",
            });
        }
    }
}
