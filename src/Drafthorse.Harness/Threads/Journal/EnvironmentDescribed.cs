namespace Drafthorse.Harness.Threads;

/// <summary>Code told the model where it works: the project's files and commands, or its sandbox. Journaled, so that whoever goes on with the
/// thread sends the same bytes.</summary>
public sealed record EnvironmentDescribed : JournalEvent
{
    /// <summary>What is described: <c>project</c> or <c>sandbox</c>.</summary>
    public string Part { get; init; } = "";

    /// <summary>What the model reads: code's own words.</summary>
    public string Text { get; init; } = "";

    /// <summary>Names of the tools that the project's files call for, of which the sandbox is asked.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>What was found: names, lines of files, what programs printed. Data, and anybody's words.</summary>
    public string Data { get; init; } = "";
}
