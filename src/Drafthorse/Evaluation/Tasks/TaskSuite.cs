using Drafthorse.Harness.Text;

namespace Drafthorse.Evaluation.Tasks;

/// <summary>The tasks of a folder, and those that cannot be used.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Tasks">The tasks, by name.</param>
/// <param name="Problems">Which folders cannot be used, and why.</param>
internal sealed record TaskSuite(string Name, IReadOnlyList<EvalTask> Tasks, IReadOnlyList<(string Folder, string Why)> Problems)
{
    private const int MaxTasks = 10_000;

    /// <summary>Reads a folder of tasks, or one task's folder. Throws <see cref="TaskException"/> when there is none that can be used.</summary>
    public static TaskSuite Read(string path, IReadOnlyCollection<string> features)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(full))
            throw new TaskException($"{ForeignText.Line(path)} is no folder. Name one that holds tasks: each a folder with task.yml and check.sh (docs/eval.md).");
        List<string> folders = IsTask(full) ? [full] : [.. Directory.EnumerateDirectories(full).Where(IsTask).Order(StringComparer.Ordinal).Take(MaxTasks + 1)];
        if (folders.Count > MaxTasks)
            throw new TaskException($"{ForeignText.Line(path)} holds more than {MaxTasks:N0} tasks.");
        var (tasks, problems) = (new List<(string Folder, EvalTask Task)>(), new List<(string, string)>());
        foreach (var folder in folders)
        {
            try
            {
                tasks.Add((folder, TaskFolder.Read(folder, features)));
            }
            catch (TaskException exception)
            {
                problems.Add((Shown(folder), exception.Message));
            }
        }

        foreach (var same in tasks.GroupBy(task => task.Task.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).ToList())
        {
            var names = string.Join(" and ", same.Select(task => Shown(task.Folder)));
            problems.AddRange(same.Select(task => (Shown(task.Folder), $"{names} have one name, {same.Key}: give each its own.")));
            tasks.RemoveAll(same.Contains);
        }

        if (tasks.Count == 0)
        {
            throw new TaskException(problems.Count == 0
                ? $"{ForeignText.Line(path)} holds no tasks: each is a folder with task.yml and check.sh (docs/eval.md)."
                : $"No task of {ForeignText.Line(path)} can be used.\n{string.Join('\n', problems.Select(problem => $"{problem.Item1}: {problem.Item2}"))}");
        }

        return new TaskSuite(Path.GetFileName(full), [.. tasks.Select(task => task.Task).OrderBy(task => task.Name, StringComparer.Ordinal)], problems);
    }

    private static string Shown(string folder) => ForeignText.Name(Path.GetFileName(folder));

    private static bool IsTask(string folder) => new FileInfo(Path.Combine(folder, TaskFileReader.FileName)) is var file && (file.Exists || file.LinkTarget is not null);
}
