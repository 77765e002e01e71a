namespace Drafthorse.Harness.Threads;

/// <summary>People changed the workspace while the thread goes on, and code told its model. Journaled, so that whoever goes on with the
/// thread sends the same bytes.</summary>
public sealed record WorkspaceChanged : JournalEvent
{
    /// <summary>The workspace from here on.</summary>
    public WorkspaceMark? Mark { get; init; }

    /// <summary>What the model reads: which file changed and how.</summary>
    public string Text { get; init; } = "";
}

/// <summary>Names a state of the workspace.</summary>
public sealed record WorkspaceMark
{
    /// <summary>A hash over all contents.</summary>
    public string Revision { get; init; } = "";

    /// <summary>A hash of AGENTS.md; empty when there is none.</summary>
    public string Instructions { get; init; } = "";
}
