using Drafthorse.Harness.Brief.Commands;

namespace Drafthorse.Harness.Brief.Probes;

/// <summary>The tools that a project's files call for, and how each is asked for its version.</summary>
internal static class Toolchains
{
    private static readonly (string Name, string Ask, Func<Manifest, bool> IsMarker)[] Known =
    [
        ("dotnet", "dotnet --version", file => DotnetCommands.IsProject(file.Name) || LockFiles.ManagerOf(file.Name) == "NuGet"),
        ("node", "node --version", file => file.Name == "package.json"),
        ("npm", "npm --version", file => LockFiles.ManagerOf(file.Name) == "npm"),
        ("pnpm", "pnpm --version", file => LockFiles.ManagerOf(file.Name) == "pnpm"),
        ("yarn", "yarn --version", file => LockFiles.ManagerOf(file.Name) == "yarn"),
        ("bun", "bun --version", file => LockFiles.ManagerOf(file.Name) == "bun"),
        ("python3", "python3 --version", file => file.Name is "pyproject.toml" or "setup.py" or "setup.cfg" or "tox.ini" or "pytest.ini" || LockFiles.ManagerOf(file.Name) is "pip" or "uv" or "Poetry"),
        ("uv", "uv --version", file => LockFiles.ManagerOf(file.Name) == "uv"),
        ("poetry", "poetry --version", file => LockFiles.ManagerOf(file.Name) == "Poetry"),
        ("go", "go version", file => file.Name is "go.mod" or "go.work"),
        ("cargo", "cargo --version", file => file.Name == "Cargo.toml"),
        ("java", "java -version", file => file.Name is "pom.xml" or "build.gradle" or "build.gradle.kts" or "settings.gradle" or "settings.gradle.kts"),
        ("mvn", "mvn --version", file => file.Name == "pom.xml"),
        ("make", "make --version", file => file.Name is "Makefile" or "makefile" or "GNUmakefile"),
        ("cmake", "cmake --version", file => file.Name == "CMakeLists.txt"),
        ("meson", "meson --version", file => file.Name == "meson.build"),
        ("cc", "cc --version", file => file.Name is "CMakeLists.txt" or "meson.build"),
    ];

    /// <summary>The names of the tools that files call for.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<Manifest> files) => [.. Known.Where(tool => files.Any(tool.IsMarker)).Select(tool => tool.Name)];

    /// <summary>How to ask for the versions of those tools that are known, in the same order each time.</summary>
    public static IEnumerable<(string Name, string Ask)> Asks(IReadOnlyList<string> names) => Known.Where(tool => names.Contains(tool.Name)).Select(tool => (tool.Name, tool.Ask));
}
