using Drafthorse.Harness.Workspace;
using Drafthorse.Harness.Workspace.Files;

namespace Drafthorse.Harness.Skills;

/// <summary>Where a skill's file lies in a workspace.</summary>
internal static class SkillPaths
{
    private static readonly string[] Names = ["SKILL.md", "skill.md"];

    /// <summary>The path of a skill's file; null when its folder has none.</summary>
    public static string? Find(WorkspaceListing listing, string folder) =>
        Names.Select(name => $"{WorkspaceNames.Skills}/{folder}/{name}").FirstOrDefault(path => listing.Find(path) is not null);

    /// <summary>The folder's name when a path is a skill's file; else null.</summary>
    public static string? NameOf(WorkspaceListing listing, string path) =>
        path.Split('/') is [WorkspaceNames.Skills, var folder, _] && Find(listing, folder) == path ? folder : null;
}
