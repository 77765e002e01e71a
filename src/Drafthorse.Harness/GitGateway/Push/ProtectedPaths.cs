namespace Drafthorse.Harness.GitGateway.Push;

/// <summary>
/// Paths that decide what runs with the organization's rights, or who must approve and who merges: changed only by people. Code hosts
/// look for them at fixed places; names count in any case, as a checkout may be on a disk that does not tell them apart.
/// </summary>
internal static class ProtectedPaths
{
    /// <summary>Files, and folders with all that is in them.</summary>
    private static readonly string[] Paths =
    [
        // Our own settings, and who must approve.
        ".drafthorse.yml", "CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS", ".bitbucket/CODEOWNERS",
        // What runs where the organization's secrets are.
        ".github/workflows", ".github/actions", ".gitea/workflows", ".gitea/actions", ".forgejo/workflows", ".forgejo/actions",
        ".gitlab-ci.yml", ".gitlab/ci", ".gitlab/agents", ".gitlab/security-policies",
        ".circleci", ".buildkite", ".woodpecker", ".woodpecker.yml", ".woodpecker.yaml", ".drone.yml", ".travis.yml", ".cirrus.yml", ".semaphore", ".tekton",
        ".appveyor.yml", "appveyor.yml", "azure-pipelines.yml", "azure-pipelines.yaml", ".azure-pipelines", "bitbucket-pipelines.yml", "Jenkinsfile",
        "cloudbuild.yaml", "cloudbuild.yml", "buildspec.yml", "buildspec.yaml",
        // What bots do with the repository's rights: updates, settings, merges.
        ".github/dependabot.yml", ".github/dependabot.yaml", ".github/settings.yml", ".github/mergify.yml", ".mergify.yml", ".mergify",
        "renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".github/renovate.json", ".github/renovate.json5", ".gitlab/renovate.json", ".gitlab/renovate.json5",
    ];

    /// <summary>The folders above them, which could become a file, a link or another repository.</summary>
    private static readonly string[] Parents =
        [.. Paths.Where(path => path.Contains('/', StringComparison.Ordinal)).Select(path => path[..path.LastIndexOf('/')]).Distinct(StringComparer.Ordinal)];

    /// <summary>The same for git: whatever is there, and the folders above only where they are no folders.</summary>
    public static IReadOnlyList<string> Pathspecs { get; } =
        [.. Paths.Select(path => $":(top,icase){path}"), .. Parents.Select(path => $":(top,icase,glob){path[..^1]}[{path[^1]}]")];

    /// <summary>Whether a change matters, given the modes before and after (zeros: not there). A folder above matters when it becomes
    /// something else, or as a link: what another repository in its place has in it is read by no code host.</summary>
    public static bool IsTouchedBy(string oldMode, string newMode, string path) =>
        IsWithin(path) || (Array.Exists(Parents, parent => path.Equals(parent, StringComparison.OrdinalIgnoreCase)) && (oldMode != newMode || oldMode == "120000"));

    private static bool IsWithin(string path) =>
        Array.Exists(Paths, known => path.StartsWith(known, StringComparison.OrdinalIgnoreCase) && (path.Length == known.Length || path[known.Length] == '/'));
}
