using Drafthorse.Harness.Brief.Trees;

namespace Drafthorse.Harness.Brief.Commands;

/// <summary>A file that says how a project is built, with its text.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Text">Its text; empty where the name alone says enough.</param>
internal sealed record Manifest(string Path, string Text)
{
    private static readonly HashSet<string> Read = new(StringComparer.Ordinal)
    {
        ".drafthorse.yml", "AGENTS.md", "package.json", "pyproject.toml", "tox.ini", "setup.cfg", "pytest.ini", "noxfile.py", "requirements.txt", "requirements-dev.txt",
        "Cargo.toml", "pom.xml", "CMakeLists.txt", "Makefile", "makefile", "GNUmakefile",
    };

    private static readonly HashSet<string> Named = new(StringComparer.Ordinal)
    {
        "go.mod", "go.work", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradlew", "mvnw", "meson.build", "setup.py",
        ".golangci.yml", ".golangci.yaml", "clippy.toml", ".clippy.toml",
    };

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The folder it is in, below the root; empty for the root.</summary>
    public string Folder => Path.LastIndexOf('/') is var slash and >= 0 ? Path[..slash] : "";

    /// <summary>Whether a file of this name says how a project is built.</summary>
    public static bool IsWanted(string name) => Read.Contains(name) || Named.Contains(name) || LockFiles.ManagerOf(name) is not null || DotnetCommands.IsProject(name);

    /// <summary>Whether its text is needed, too.</summary>
    public static bool IsRead(TreeEntry entry) => Read.Contains(entry.Path[(entry.Path.LastIndexOf('/') + 1)..]) || IsWorkflow(entry.Path);

    /// <summary>Whether it is a workflow of the code host.</summary>
    public static bool IsWorkflow(string path) => path.StartsWith(".github/workflows/", StringComparison.Ordinal);

    /// <summary>Whether another one of the given names is in a folder above, and so is the one to build by.</summary>
    public bool IsBelow(IEnumerable<Manifest> all, params string[] names) =>
        all.Any(other => names.Contains(other.Name) && other.Folder.Length < Folder.Length && (other.Folder.Length == 0 || Folder.StartsWith($"{other.Folder}/", StringComparison.Ordinal)));

    /// <summary>Whether a file is beside it.</summary>
    public bool HasBeside(IEnumerable<Manifest> all, string name) => all.Any(other => other.Name == name && other.Folder == Folder);
}
