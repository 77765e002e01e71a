using Drafthorse.Sandbox.Search.Patterns;

namespace Drafthorse.Harness.Instructions;

/// <summary>A file of instructions as it was read.</summary>
/// <param name="Path">Its path in the repository.</param>
/// <param name="Text">What it says, within bounds, or why it was not read.</param>
internal sealed record InstructionFile(string Path, string Text)
{
    /// <summary>The files that it is for; null: all of its folder.</summary>
    public IReadOnlyList<GlobPattern>? For { get; init; }

    /// <summary>The same as it was written.</summary>
    public string Patterns { get; init; } = "";

    /// <summary>What it is about, where it is to be read only when that fits; else null.</summary>
    public string? About { get; init; }

    public bool IsFor(string path) => For is { } patterns && patterns.Any(pattern => pattern.IsMatch(path));
}
