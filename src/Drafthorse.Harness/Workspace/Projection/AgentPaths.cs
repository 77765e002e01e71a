using Drafthorse.Harness.Instructions;

namespace Drafthorse.Harness.Workspace.Projection;

/// <summary>Which of a tool's paths are the workspace's: <c>/agent</c> and below, but for the results that the sandbox keeps there.</summary>
internal static class AgentPaths
{
    private static readonly string[] OfTheSandbox = ["large_tool_results", "spill", "tool_output"];

    /// <summary>The path in the workspace, empty for all of it; null when it is elsewhere.</summary>
    public static string? Of(string? workingDirectory, string path)
    {
        if (!path.StartsWith('/') && workingDirectory is null)
            return null;
        return RepositoryPath.Of(WorkspaceNames.Root, workingDirectory, path) is { } within && Array.TrueForAll(OfTheSandbox, own => within != own && !within.StartsWith($"{own}/", StringComparison.Ordinal)) ? within : null;
    }
}
