namespace Drafthorse.Harness.Brief.Commands;

/// <summary>Commands of .NET solutions; of projects where there is no solution.</summary>
internal static class DotnetCommands
{
    /// <summary>Whether a file of this name is a solution or a project.</summary>
    public static bool IsProject(string name) => IsSolution(name) || Path.GetExtension(name) is ".csproj" or ".fsproj" or ".vbproj";

    public static IEnumerable<FoundCommand> Find(IReadOnlyList<Manifest> all)
    {
        List<Manifest> solutions = [.. all.Where(file => IsSolution(file.Name))];
        foreach (var solution in solutions.Where(file => Path.GetExtension(file.Name) == ".slnx" || !solutions.Exists(other => other.Path == $"{file.Path}x")))
        {
            yield return Of(CommandPurpose.Build, "build", solution);
            yield return Of(CommandPurpose.Test, "test", solution);
        }

        foreach (var project in all.Where(file => IsProject(file.Name) && !IsSolution(file.Name) && !solutions.Exists(solution => solution.Folder.Length == 0 || $"{file.Folder}/".StartsWith($"{solution.Folder}/", StringComparison.Ordinal))))
        {
            yield return Of(CommandPurpose.Build, "build", project);
            if (project.Name.Contains("Test", StringComparison.OrdinalIgnoreCase))
                yield return Of(CommandPurpose.Test, "test", project);
        }
    }

    private static FoundCommand Of(CommandPurpose purpose, string verb, Manifest file) => new(purpose, $"dotnet {verb} {CommandWords.Quote(file.Name)}", file.Path, file.Folder);

    private static bool IsSolution(string name) => Path.GetExtension(name) is ".slnx" or ".sln";
}
