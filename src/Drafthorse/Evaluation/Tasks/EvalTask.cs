namespace Drafthorse.Evaluation.Tasks;

/// <summary>A task that agents are measured by: what is asked, of which repository, and how code finds out whether it is done.</summary>
internal sealed record EvalTask
{
    public required string Name { get; init; }

    public required string Prompt { get; init; }

    public required TaskSource Source { get; init; }

    public required TaskCheck Check { get; init; }

    public TaskLimits Limits { get; init; } = new();

    /// <summary>The language of its repository, for the report; or empty.</summary>
    public string Language { get; init; } = "";

    /// <summary>The features without which it is expected to be lost.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>The file of its recorded model, or null.</summary>
    public string? Script { get; init; }

    /// <summary>A hash of all of the task's own files: results of another state of them do not count.</summary>
    public required string Digest { get; init; }
}

/// <summary>Where a task's repository comes from.</summary>
internal enum TaskSourceKind
{
    /// <summary>A folder of files, which become the first commit.</summary>
    Folder,

    /// <summary>A git bundle.</summary>
    Bundle,

    /// <summary>A repository in the folder of repositories that the command line names.</summary>
    Mirror,
}

/// <summary>A task's repository.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Place">The path of the folder or bundle; <c>owner/name</c> of a mirror.</param>
/// <param name="Commit">The commit that work starts from; null for a folder, which has one only.</param>
internal sealed record TaskSource(TaskSourceKind Kind, string Place, string? Commit);

/// <summary>How far an agent may go.</summary>
internal sealed record TaskLimits
{
    /// <summary>Most model calls.</summary>
    public int Steps { get; init; } = 100;

    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(30);

    public decimal CostUsd { get; init; } = 5;

    /// <summary>How long the check may run.</summary>
    public TimeSpan CheckTime { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What decides whether a task is done. No agent ever sees it.</summary>
/// <param name="Script">Shell lines; exit code 0 = done.</param>
/// <param name="Files">Files that are put over the agent's.</param>
/// <param name="Patch">A patch to the base's files that is put over the agent's, or null.</param>
internal sealed record TaskCheck(string Script, IReadOnlyList<TaskBlob> Files, byte[]? Patch);

/// <summary>One file of a task.</summary>
/// <param name="Path">Its path, with slashes.</param>
/// <param name="IsProgram">Whether it may be run.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record TaskBlob(string Path, bool IsProgram, byte[] Content);
