namespace Drafthorse.Harness.Instructions;

/// <summary>Where repositories keep instructions for agents.</summary>
internal static class InstructionNames
{
    /// <summary>In any folder, in the order in which they are read.</summary>
    public static readonly string[] InFolders = ["AGENTS.md", "CLAUDE.md"];

    /// <summary>At the top: files, and folders with all that is in them.</summary>
    public static readonly string[] AtTop = [.. InFolders, ".github/copilot-instructions.md", ".github/instructions", ".cursorrules", ".cursor/rules"];

    public static bool IsAtTop(string path) => path is "AGENTS.md" or "CLAUDE.md" or ".github/copilot-instructions.md" or ".cursorrules" or ".cursor/rules"
        || (path.StartsWith(".github/instructions/", StringComparison.Ordinal) && path.EndsWith(".instructions.md", StringComparison.Ordinal))
        || (path.StartsWith(".cursor/rules/", StringComparison.Ordinal) && (path.EndsWith(".mdc", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal)));
}
