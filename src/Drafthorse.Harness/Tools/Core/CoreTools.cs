using Microsoft.Extensions.AI;

namespace Drafthorse.Harness;

/// <summary>The tools that every agent has: files, search, commands, and a question to a person.</summary>
public static class CoreTools
{
    /// <summary>The tools, always in the same order.</summary>
    public static IReadOnlyList<AIFunction> All { get; } =
    [
        new ReadFileTool(),
        new WriteFileTool(),
        new EditFileTool(),
        new ApplyPatchTool(),
        new DeleteFileTool(),
        new ListFilesTool(),
        new GlobFilesTool(),
        new GrepFilesTool(),
        new ExecuteTool(),
        new ExecuteOutputTool(),
        new ExecuteStatusTool(),
        new ExecuteKillTool(),
        new AskPersonTool(),
    ];

    /// <summary>Those that change nothing in the sandbox: reading, listing, searching, and a question to a person.</summary>
    public static IReadOnlyList<AIFunction> ReadOnly { get; } =
        [.. All.Where(tool => tool.Name is "read_file" or "list_files" or "glob_files" or "grep_files" or "ask_person")];
}
