namespace Drafthorse.Harness;

/// <summary>The to-do list that a model keeps of its task with <c>todo_write</c>.</summary>
public sealed class TodoOptions
{
    /// <summary>Whether the agent has the tool (default true).</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The most to-dos of a list (default 50, at least 1). Compaction carries the whole list along.</summary>
    public int MaxItems { get; set; } = 50;

    /// <summary>The most characters of one to-do (default 300, at least 20).</summary>
    public int MaxLength { get; set; } = 300;

    internal TodoOptions Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxItems, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLength, 20);
        return this;
    }
}
