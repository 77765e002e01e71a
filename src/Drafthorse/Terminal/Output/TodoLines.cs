using Drafthorse.Harness.Threads;
using Spectre.Console;

namespace Drafthorse.Terminal.Output;

/// <summary>A to-do list for people.</summary>
internal static class TodoLines
{
    private const int MostCharacters = 120;

    /// <summary>How far the list is, and what is worked on.</summary>
    public static string Progress(IReadOnlyList<TodoItem> todos)
    {
        var now = todos.FirstOrDefault(todo => todo.Status == TodoStatus.InProgress) is { } working ? $" · now: {working.Content}" : "";
        return todos.Count == 0 ? "the to-do list is empty" : $"{todos.Count(todo => todo.Status == TodoStatus.Completed)} of {todos.Count} to-dos done{now}";
    }

    /// <summary>The whole list, a line for each.</summary>
    public static void Show(IAnsiConsole console, IReadOnlyList<TodoItem> todos)
    {
        var room = Math.Max(20, Math.Min(console.Profile.Width, MostCharacters) - 3);
        foreach (var todo in todos)
        {
            var content = ToolLine.Cut(todo.Content, room);
            console.Say(todo.Status switch
            {
                TodoStatus.Completed => (FormattableString)$"[green]✓[/] [dim]{content}[/]",
                TodoStatus.InProgress => $"[yellow]▶[/] {content}",
                _ => $"○ {content}",
            });
        }
    }
}
