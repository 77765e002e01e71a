namespace Drafthorse.Harness.Brief.Commands;

/// <summary>Commands of a Python project, from the files of one folder. TOML and INI are looked at by their lines: a section's head or a
/// dependency's name is all that is asked of them.</summary>
internal static class PythonCommands
{
    private static readonly string[] Names = ["pyproject.toml", "tox.ini", "setup.cfg", "pytest.ini", "noxfile.py", "requirements.txt", "requirements-dev.txt", "setup.py"];

    public static IEnumerable<FoundCommand> Find(IReadOnlyList<Manifest> all) =>
        all.Where(file => Names.Contains(file.Name)).GroupBy(file => file.Folder, StringComparer.Ordinal).SelectMany(folder => OfFolder([.. folder], all));

    private static IEnumerable<FoundCommand> OfFolder(List<Manifest> files, IReadOnlyList<Manifest> all)
    {
        var project = files.Find(file => file.Name == "pyproject.toml");
        var folder = files[0].Folder;
        var (run, build) = ManagerOf(project, LockFiles.Nearest(all, folder, "uv", "Poetry", "PDM", "Pipenv"));
        if (project is not null && HasSection(project, "build-system"))
            yield return new FoundCommand(CommandPurpose.Build, build, project.Path, folder);
        if (files.Find(UsesPytest) is { } tested)
            yield return new FoundCommand(CommandPurpose.Test, run.Length == 0 ? "python -m pytest" : $"{run}pytest", tested.Path, folder);
        if (files.Find(file => file.Name == "tox.ini" || HasSection(file, "tox") || HasSection(file, "tool.tox")) is { } tox)
            yield return new FoundCommand(CommandPurpose.Test, $"{run}tox", tox.Path, folder);
        if (files.Find(file => file.Name == "noxfile.py") is { } nox)
            yield return new FoundCommand(CommandPurpose.Test, $"{run}nox", nox.Path, folder);
        if (project is not null && HasSection(project, "tool.ruff"))
            yield return new FoundCommand(CommandPurpose.Lint, $"{run}ruff check", project.Path, folder);
        if (files.Find(file => HasSection(file, "tool.mypy") || HasSection(file, "mypy")) is { } typed)
            yield return new FoundCommand(CommandPurpose.Lint, $"{run}mypy .", typed.Path, folder);
        if (files.Find(file => HasSection(file, "flake8")) is { } flaked)
            yield return new FoundCommand(CommandPurpose.Lint, $"{run}flake8", flaked.Path, folder);
    }

    private static (string Run, string Build) ManagerOf(Manifest? project, string? locked) => (locked, project) switch
    {
        ("uv", _) => ("uv run ", "uv build"),
        ("Poetry", _) => ("poetry run ", "poetry build"),
        ("PDM", _) => ("pdm run ", "pdm build"),
        ("Pipenv", _) => ("pipenv run ", "python -m build"),
        (_, { } file) when HasSection(file, "tool.poetry") => ("poetry run ", "poetry build"),
        (_, { } file) when HasSection(file, "tool.uv") => ("uv run ", "uv build"),
        (_, { } file) when HasSection(file, "tool.pdm") => ("pdm run ", "pdm build"),
        _ => ("", "python -m build"),
    };

    private static bool UsesPytest(Manifest file) => file.Name switch
    {
        "pytest.ini" => true,
        "pyproject.toml" => HasSection(file, "tool.pytest") || NamesPackage(file, "pytest"),
        "setup.cfg" => HasSection(file, "tool:pytest") || NamesPackage(file, "pytest"),
        "tox.ini" => HasSection(file, "pytest") || NamesPackage(file, "pytest"),
        "requirements.txt" or "requirements-dev.txt" => NamesPackage(file, "pytest"),
        _ => false,
    };

    /// <summary>Whether a section of this name, or one below it, begins.</summary>
    private static bool HasSection(Manifest file, string name)
    {
        foreach (var each in file.Text.AsSpan().EnumerateLines())
        {
            var line = each.Trim();
            if (line is ['[', ..] && line.TrimStart('[').TrimStart().StartsWith(name, StringComparison.Ordinal)
                && line.TrimStart('[').TrimStart()[name.Length..] is [']' or '.' or ' ' or ':', ..])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a package is named: as a requirement, quoted in a list, or as a key.</summary>
    private static bool NamesPackage(Manifest file, string package)
    {
        foreach (var each in file.Text.AsSpan().EnumerateLines())
        {
            for (var rest = each; rest.IndexOf(package, StringComparison.Ordinal) is var at and >= 0; rest = rest[(at + package.Length)..])
            {
                if (IsEdge(rest[..at] is [.., var before] ? before : ' ') && IsEdge(rest[(at + package.Length)..] is [var after, ..] ? after : ' '))
                    return true;
            }
        }

        return false;
    }

    private static bool IsEdge(char c) => c is not ('-' or '_') && !char.IsAsciiLetterOrDigit(c);
}
