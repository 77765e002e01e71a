namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>Paths that decide what runs with the organization's rights: changed only with a person's approval.</summary>
internal static class ProtectedPaths
{
    /// <summary>The same paths for git, any case.</summary>
    public static IReadOnlyList<string> Pathspecs { get; } = [":(top,icase).github/workflows", ":(top,icase).drafthorse.yml"];

    /// <summary>Whether a changed path, or what it could become as a link or a folder, is protected.</summary>
    public static bool Covers(string path) =>
        path.StartsWith(".github/workflows/", StringComparison.OrdinalIgnoreCase)
        || path.StartsWith(".drafthorse.yml/", StringComparison.OrdinalIgnoreCase)
        || path.Equals(".github", StringComparison.OrdinalIgnoreCase)
        || path.Equals(".github/workflows", StringComparison.OrdinalIgnoreCase)
        || path.Equals(".drafthorse.yml", StringComparison.OrdinalIgnoreCase);
}
