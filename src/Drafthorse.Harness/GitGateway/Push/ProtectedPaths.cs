namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Paths that decide what runs with the organization's rights, or who must approve it: changed only with a person's approval.</summary>
internal static class ProtectedPaths
{
    /// <summary>Files, and folders with all that is in them, at the places where GitHub and GitLab look for them.</summary>
    private static readonly string[] Paths = [".github/workflows", ".github/actions", ".drafthorse.yml", "CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"];

    /// <summary>The same paths for git, any case.</summary>
    public static IReadOnlyList<string> Pathspecs { get; } = [.. Paths.Select(path => $":(top,icase){path}")];

    /// <summary>Whether a changed path, or what it could become as a link or a folder, is protected.</summary>
    public static bool Covers(string path) =>
        path.Equals(".github", StringComparison.OrdinalIgnoreCase)
        || Array.Exists(Paths, known => path.StartsWith(known, StringComparison.OrdinalIgnoreCase) && (path.Length == known.Length || path[known.Length] == '/'));
}
