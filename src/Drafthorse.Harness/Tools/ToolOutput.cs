using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>What a tool hands back to the model: text, pictures, and whether it failed. A tool that returns anything else has it
/// written as JSON.</summary>
public sealed record ToolOutput
{
    /// <summary>The content, in order.</summary>
    public required IReadOnlyList<ContentBlock> Content { get; init; }

    /// <summary>Whether the call failed; the text then says what to do.</summary>
    public bool IsError { get; init; }

    /// <summary>Why the call failed, for counting.</summary>
    public ToolErrorClass ErrorClass { get; init; }

    /// <summary>Whether the result is left whole whatever its size, because the tool caps it itself.</summary>
    public bool NeverEvict { get; init; }

    /// <summary>What a person is to decide; it is asked together with this result, and the run ends as waiting when the step is done. A text that is
    /// too long to be shown whole fails the run.</summary>
    public ApprovalRequest? Approval { get; init; }

    /// <summary>The thread's to-do list from here on; null = as it was. Null for all tools but <c>todo_write</c>.</summary>
    public IReadOnlyList<TodoItem>? Todos { get; init; }

    /// <summary>A successful text result.</summary>
    public static ToolOutput Text(string text) => new() { Content = [ContentBlock.OfText(text)] };

    /// <summary>A failure, told in words.</summary>
    public static ToolOutput Error(string text, ToolErrorClass errorClass = ToolErrorClass.Other) =>
        new() { Content = [ContentBlock.OfText(text)], IsError = true, ErrorClass = errorClass };
}
