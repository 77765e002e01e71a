using System.Collections.Frozen;

namespace Drafthorse.Harness.Brief.Commands;

/// <summary>Lock files, and the package managers that write them.</summary>
internal static class LockFiles
{
    private static readonly FrozenDictionary<string, string> Managers = new Dictionary<string, string>
    {
        ["package-lock.json"] = "npm",
        ["npm-shrinkwrap.json"] = "npm",
        ["pnpm-lock.yaml"] = "pnpm",
        ["yarn.lock"] = "yarn",
        ["bun.lock"] = "bun",
        ["bun.lockb"] = "bun",
        ["deno.lock"] = "Deno",
        ["uv.lock"] = "uv",
        ["poetry.lock"] = "Poetry",
        ["pdm.lock"] = "PDM",
        ["Pipfile.lock"] = "Pipenv",
        ["requirements.txt"] = "pip",
        ["Cargo.lock"] = "Cargo",
        ["go.sum"] = "Go modules",
        ["packages.lock.json"] = "NuGet",
        ["Directory.Packages.props"] = "NuGet",
        ["gradle.lockfile"] = "Gradle",
        ["Gemfile.lock"] = "Bundler",
        ["composer.lock"] = "Composer",
        ["mix.lock"] = "Mix",
        ["conan.lock"] = "Conan",
        ["flake.lock"] = "Nix",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The package manager of a file's name, or null.</summary>
    public static string? ManagerOf(string name) => Managers.GetValueOrDefault(name);

    /// <summary>The manager that a folder's lock file belongs to, among some; else the one of the nearest folder above.</summary>
    public static string? Nearest(IReadOnlyList<Manifest> all, string folder, params string[] managers) => all
        .Where(file => ManagerOf(file.Name) is { } manager && managers.Contains(manager) && (file.Folder.Length == 0 || file.Folder == folder || folder.StartsWith($"{file.Folder}/", StringComparison.Ordinal)))
        .OrderByDescending(file => file.Folder.Length)
        .Select(file => ManagerOf(file.Name)).FirstOrDefault();
}
