using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Brief.Commands;

/// <summary>What a command is for, told by its words.</summary>
internal static partial class CommandWords
{
    private const int MaxLength = 300;

    private static readonly FrozenSet<string> Programs = FrozenSet.ToFrozenSet(
        [
            "dotnet", "msbuild", "npm", "npx", "pnpm", "yarn", "bun", "deno", "node", "tsc", "eslint", "prettier", "jest", "vitest", "mocha", "python", "python3", "pytest", "tox", "nox", "uv", "poetry",
            "pdm", "pipenv", "hatch", "ruff", "flake8", "mypy", "pylint", "black", "pre-commit", "go", "golangci-lint", "gofmt", "cargo", "rustfmt", "mvn", "./mvnw", "gradle", "./gradlew", "cmake", "ctest",
            "make", "gmake", "ninja", "meson", "bazel", "just", "task", "rake", "bundle", "composer", "mix", "swift", "sbt", "shellcheck", "clang-format", "clang-tidy", "sh", "bash",
        ], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Tests = FrozenSet.ToFrozenSet(["test", "tests", "pytest", "unittest", "tox", "nox", "ctest", "jest", "vitest", "mocha", "spec", "rspec", "verify"], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Lints = FrozenSet.ToFrozenSet(
        ["lint", "linter", "eslint", "ruff", "flake8", "mypy", "pylint", "black", "clippy", "vet", "fmt", "gofmt", "rustfmt", "format", "prettier", "checkstyle", "spotless", "spotlesscheck", "typecheck", "types", "golangci", "shellcheck", "check", "style", "tidy"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Builds = FrozenSet.ToFrozenSet(["build", "compile", "package", "assemble", "tsc", "make", "cmake", "ninja", "msbuild", "all", "bundle"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The purpose of a name, such as <c>test:unit</c>; null when its first word is none.</summary>
    public static CommandPurpose? OfName(string name) => Words().EnumerateMatches(name) is var words && words.MoveNext() && words.Current.Index == 0
        ? Purpose(name.Substring(0, words.Current.Length))
        : null;

    /// <summary>The purpose of a command line that begins with a known program or a script; null when it has none.</summary>
    public static CommandPurpose? OfLine(string line)
    {
        if (line.Length is 0 or > MaxLength)
            return null;
        var program = line.Split(' ', 2)[0];
        if (!Programs.Contains(program) && !(program.StartsWith("./", StringComparison.Ordinal) && program.Length > 2))
            return null;
        CommandPurpose? found = null;
        foreach (var match in Words().EnumerateMatches(line))
        {
            var purpose = Purpose(line.Substring(match.Index, match.Length));
            if (purpose == CommandPurpose.Test)
                return purpose;
            found = purpose == CommandPurpose.Lint ? purpose : found ?? purpose;
        }

        return found;
    }

    /// <summary>Whether a name can stand in a command line as it is.</summary>
    public static bool IsPlain(string name) => name.Length is > 0 and <= 100 && name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or ':' or '+' or '@');

    /// <summary>A name as a word of a shell.</summary>
    public static string Quote(string name) => IsPlain(name) ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static CommandPurpose? Purpose(string word) =>
        Tests.Contains(word) ? CommandPurpose.Test
        : Lints.Contains(word) ? CommandPurpose.Lint
        : Builds.Contains(word) ? CommandPurpose.Build
        : null;

    [GeneratedRegex("[A-Za-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
