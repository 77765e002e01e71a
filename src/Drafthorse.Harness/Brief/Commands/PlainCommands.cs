namespace Drafthorse.Harness.Brief.Commands;

/// <summary>Commands of ecosystems where the manifest's name says nearly all: Go, Rust, Maven, Gradle, CMake, Meson.</summary>
internal static class PlainCommands
{
    public static IEnumerable<FoundCommand> Find(Manifest file, IReadOnlyList<Manifest> all) => file.Name switch
    {
        "go.mod" => Go(file, all),
        "Cargo.toml" when !file.IsBelow(all, "Cargo.toml") => Cargo(file, all),
        "pom.xml" when !file.IsBelow(all, "pom.xml") => Maven(file, all),
        "settings.gradle" or "settings.gradle.kts" or "build.gradle" or "build.gradle.kts" when IsGradleRoot(file, all) => Gradle(file, all),
        "CMakeLists.txt" when !file.IsBelow(all, "CMakeLists.txt") => CMake(file),
        "meson.build" when !file.IsBelow(all, "meson.build") => Each(file, (CommandPurpose.Build, "meson setup build && meson compile -C build"), (CommandPurpose.Test, "meson test -C build")),
        _ => [],
    };

    private static IEnumerable<FoundCommand> Go(Manifest file, IReadOnlyList<Manifest> all)
    {
        var linter = all.FirstOrDefault(other => other.Name is ".golangci.yml" or ".golangci.yaml" && (other.Folder == file.Folder || other.Folder.Length == 0));
        return
        [
            .. Each(file, (CommandPurpose.Build, "go build ./..."), (CommandPurpose.Test, "go test ./..."), (CommandPurpose.Lint, "go vet ./...")),
            .. linter is null ? Array.Empty<FoundCommand>() : [new FoundCommand(CommandPurpose.Lint, "golangci-lint run", linter.Path, file.Folder)],
        ];
    }

    private static IEnumerable<FoundCommand> Cargo(Manifest file, IReadOnlyList<Manifest> all)
    {
        var scope = HasLine(file.Text, "[workspace]") || HasLine(file.Text, "[workspace.") ? " --workspace" : "";
        var linter = all.FirstOrDefault(other => other.Name is "clippy.toml" or ".clippy.toml" && other.Folder == file.Folder);
        var clippy = linter ?? (file.Text.Contains("lints.clippy", StringComparison.Ordinal) ? file : null);
        return
        [
            .. Each(file, (CommandPurpose.Build, $"cargo build{scope}"), (CommandPurpose.Test, $"cargo test{scope}")),
            .. clippy is null ? Array.Empty<FoundCommand>() : [new FoundCommand(CommandPurpose.Lint, $"cargo clippy{scope} --all-targets", clippy.Path, file.Folder)],
        ];
    }

    private static IEnumerable<FoundCommand> Maven(Manifest file, IReadOnlyList<Manifest> all)
    {
        var maven = file.HasBeside(all, "mvnw") ? "./mvnw" : "mvn";
        return Each(file, (CommandPurpose.Build, $"{maven} -B -DskipTests package"), (CommandPurpose.Test, $"{maven} -B test"));
    }

    private static IEnumerable<FoundCommand> Gradle(Manifest file, IReadOnlyList<Manifest> all)
    {
        var gradle = file.HasBeside(all, "gradlew") ? "./gradlew" : "gradle";
        return Each(file, (CommandPurpose.Build, $"{gradle} build"), (CommandPurpose.Test, $"{gradle} test"));
    }

    /// <summary>One file of a folder, and none of a folder below one that has settings.</summary>
    private static bool IsGradleRoot(Manifest file, IReadOnlyList<Manifest> all) =>
        !file.IsBelow(all, "settings.gradle", "settings.gradle.kts")
        && (file.Name.StartsWith("settings", StringComparison.Ordinal) ? !file.HasBeside(all, "build.gradle") && !file.HasBeside(all, "build.gradle.kts") : true);

    private static IEnumerable<FoundCommand> CMake(Manifest file)
    {
        var isTested = file.Text.Contains("enable_testing", StringComparison.OrdinalIgnoreCase) || file.Text.Contains("add_test", StringComparison.OrdinalIgnoreCase)
            || file.Text.Contains("include(CTest)", StringComparison.OrdinalIgnoreCase);
        return Each(
            file,
            [(CommandPurpose.Build, "cmake -S . -B build && cmake --build build"), .. isTested ? [(CommandPurpose.Test, "ctest --test-dir build --output-on-failure")] : Array.Empty<(CommandPurpose, string)>()]);
    }

    private static bool HasLine(string text, string start)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.TrimStart().StartsWith(start, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static IEnumerable<FoundCommand> Each(Manifest file, params (CommandPurpose Purpose, string Text)[] commands) =>
        commands.Select(command => new FoundCommand(command.Purpose, command.Text, file.Path, file.Folder));
}
