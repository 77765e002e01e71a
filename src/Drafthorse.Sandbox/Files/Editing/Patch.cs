namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>What a patch does with one file.</summary>
internal enum PatchAction
{
    Add,
    Update,
    Delete,
}

/// <summary>The part of a patch that is about one file.</summary>
internal sealed record FilePatch(PatchAction Action, string Path, int Line)
{
    /// <summary>The new name of an updated file.</summary>
    public string? MoveTo { get; set; }

    /// <summary>The content of an added file.</summary>
    public List<string> Added { get; } = [];

    public List<PatchHunk> Hunks { get; } = [];
}

/// <summary>One change: lines that stay or go, and lines that come.</summary>
internal sealed record PatchHunk(int Line)
{
    /// <summary>Lines to look for first, in order; the change is below them.</summary>
    public List<string> Anchors { get; } = [];

    /// <summary>The lines: <c>' '</c> stays, <c>'-'</c> goes, <c>'+'</c> comes.</summary>
    public List<(char Sign, string Text)> Lines { get; } = [];

    /// <summary>Whether the change is at the end of the file.</summary>
    public bool IsAtEnd { get; set; }

    /// <summary>Whether the patch says that the file ends without a line ending, or with one; null where it says nothing.</summary>
    public bool? EndsWithoutNewline { get; set; }

    public IEnumerable<string> Old => Lines.Where(line => line.Sign != '+').Select(line => line.Text);
}
