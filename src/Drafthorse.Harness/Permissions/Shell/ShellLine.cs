namespace Drafthorse.Harness.Permissions.Shell;

/// <summary>A command line as far as it is understood: simple commands, one after the other whatever joins them, or why it is not.</summary>
internal sealed record ShellLine
{
    /// <summary>The simple commands; empty when the line is not understood.</summary>
    public IReadOnlyList<IReadOnlyList<ShellWord>> Commands { get; init; } = [];

    /// <summary>What is not understood of it, as a noun; null = all is.</summary>
    public string? Unknown { get; init; }

    /// <summary>A line that is not understood.</summary>
    public static ShellLine NotUnderstood(string what) => new() { Unknown = what };
}

/// <summary>One word of a simple command, without its quotes.</summary>
/// <param name="Text">The word.</param>
/// <param name="IsOpen">Whether the shell makes other words of it: patterns of file names, a home.</param>
internal readonly record struct ShellWord(string Text, bool IsOpen);
