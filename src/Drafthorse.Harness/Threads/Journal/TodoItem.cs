using System.Text.Json.Serialization;
using Drafthorse.Harness.Threads.Json;

namespace Drafthorse.Harness.Threads;

/// <summary>One to-do of a thread's list.</summary>
public sealed record TodoItem
{
    /// <summary>What is to be done: one line, as the model wrote it.</summary>
    public string Content { get; init; } = "";

    /// <summary>How far it is.</summary>
    public TodoStatus Status { get; init; }
}

/// <summary>How far a to-do is.</summary>
[JsonConverter(typeof(TodoStatusConverter))]
public enum TodoStatus
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>What is worked on; at most one of a list.</summary>
    InProgress,

    /// <summary>Done.</summary>
    Completed,
}

/// <summary>The names of <see cref="TodoStatus"/> as models, scripts and the journal have them.</summary>
public static class TodoStatusNames
{
    private static readonly string[] Names = ["pending", "in_progress", "completed"];

    /// <summary>The names, in the order of the enum.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name in lower case.</summary>
    public static string Of(TodoStatus status) => Names[(int)status];

    /// <summary>The status of a name, whatever its case and whatever joins its words; null when there is none.</summary>
    public static TodoStatus? Find(string? name)
    {
        var index = Array.IndexOf(Names, name?.Trim().ToLowerInvariant().Replace('-', '_').Replace(' ', '_'));
        return index < 0 ? null : (TodoStatus)index;
    }
}
