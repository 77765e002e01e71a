namespace Drafthorse.Harness.Threads;

/// <summary>What code carries through compactions, so that no summary can lose or change it: as of one moment of the thread.</summary>
public sealed record ContextFrame
{
    /// <summary>What people said, oldest first: the thread's first message and its newest ones, very long ones with their middle left out.</summary>
    public IReadOnlyList<InboxEntry> Said { get; init; } = [];

    /// <summary>How many messages between the first and the others are not in <see cref="Said"/>.</summary>
    public int SaidLeftOut { get; init; }

    /// <summary>Files that tools changed, the one that was changed last at the end.</summary>
    public IReadOnlyList<ChangedFile> Files { get; init; } = [];

    /// <summary>How many files that were changed longest ago are not in <see cref="Files"/>.</summary>
    public int FilesLeftOut { get; init; }

    /// <summary>The newest commands, oldest first.</summary>
    public IReadOnlyList<CommandRun> Commands { get; init; } = [];

    /// <summary>The newest verification, or null.</summary>
    public VerifyFinished? Verify { get; init; }

    /// <summary>The commit that was pushed last, or null.</summary>
    public string? PushedCommit { get; init; }
}

/// <summary>The last change of a file by a tool.</summary>
public sealed record ChangedFile
{
    /// <summary>The path, as the model wrote it.</summary>
    public string Path { get; init; } = "";

    /// <summary>The tool.</summary>
    public string Tool { get; init; } = "";

    /// <summary>The step.</summary>
    public int Step { get; init; }
}

/// <summary>A command that the model ran.</summary>
public sealed record CommandRun
{
    /// <summary>The command line; a long one with its middle left out.</summary>
    public string Command { get; init; } = "";

    /// <summary>The end of what the model saw of it.</summary>
    public string Result { get; init; } = "";

    /// <summary>The step.</summary>
    public int Step { get; init; }
}
