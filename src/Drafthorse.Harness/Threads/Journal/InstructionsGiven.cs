namespace Drafthorse.Harness.Threads;

/// <summary>Code told the model what a repository's own instructions say of a part that its work came to. Journaled, so that whoever goes on
/// with the thread sends the same bytes.</summary>
public sealed record InstructionsGiven : JournalEvent
{
    /// <summary>The files, in the order in which they are read.</summary>
    public IReadOnlyList<GivenInstructions> Files { get; init; } = [];
}

/// <summary>One file of instructions.</summary>
public sealed record GivenInstructions
{
    /// <summary>Its path in the repository.</summary>
    public string Path { get; init; } = "";

    /// <summary>What it holds for, in code's own words.</summary>
    public string Scope { get; init; } = "";

    /// <summary>What it says.</summary>
    public string Text { get; init; } = "";
}
