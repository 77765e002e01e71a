using System.Globalization;
using System.Text;
using Drafthorse.Evaluation.Tasks;
using Drafthorse.Sandbox.Files;
using Drafthorse.Settings;

namespace Drafthorse.Evaluation.Importing;

/// <summary>Makes folders of tasks of a file in the form of SWE-bench: JSON Lines with the problem, the tests' patch and the tests' names.</summary>
/// <param name="testCommand">The command that runs the tests, whose names come behind it.</param>
internal sealed class SweBenchImport(string testCommand)
{
    public const string PytestCommand = "python3 -m pytest -q -p no:cacheprovider";
    private const string TestsFile = ".eval-tests";
    private const long MaxFileBytes = 512L << 20;
    private const int MaxLine = 16 << 20;
    private const int MaxInstances = 10_000;

    /// <summary>Makes the folders that are not there yet.</summary>
    /// <param name="file">The file.</param>
    /// <param name="folder">Where the tasks' folders go.</param>
    /// <param name="refuse">Told of each line that cannot be used: its number, and why.</param>
    /// <returns>How many tasks were made.</returns>
    /// <exception cref="SettingsException">The file cannot be read at all.</exception>
    public int Run(string file, string folder, Action<int, string> refuse)
    {
        try
        {
            using var stream = RegularFile.Open(file);
            if (stream.Length > MaxFileBytes)
                throw new SettingsException($"{file} is larger than {MaxFileBytes >> 20} MiB: split it.");
            Directory.CreateDirectory(folder);
            return Run(new StreamReader(stream), folder, refuse);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{file} cannot be imported: {exception.Message}", exception);
        }
    }

    private int Run(StreamReader reader, string folder, Action<int, string> refuse)
    {
        var made = 0;
        for (var number = 1; made < MaxInstances && reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                Write(SweBenchInstance.Parse(line.Length <= MaxLine ? line : throw new TaskException($"it has more than {MaxLine >> 20} million characters.")), folder);
                made++;
            }
            catch (TaskException exception)
            {
                refuse(number, exception.Message);
            }
        }

        return made;
    }

    private void Write(SweBenchInstance instance, string folder)
    {
        var task = Path.Combine(folder, instance.Id);
        if (Path.Exists(task) || new FileInfo(task).LinkTarget is not null)
            throw new TaskException($"{instance.Id} is there already; it stays as it is.");

        // Made beside and moved, so that a task that is there is a whole one.
        var part = $"{task}.part-{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.Combine(part, TaskFolder.CheckFolder));
            File.WriteAllText(Path.Combine(part, TaskFileReader.FileName), TaskText(instance));
            File.WriteAllText(Path.Combine(part, TaskFolder.CheckFile), CheckText());
            File.WriteAllText(Path.Combine(part, TaskFolder.CheckFolder, TestsFile), string.Concat(instance.Tests.Distinct(StringComparer.Ordinal).Select(test => $"{test}\n")));
            File.WriteAllText(Path.Combine(part, TaskFolder.PatchFile), instance.Patch.EndsWith('\n') ? instance.Patch : $"{instance.Patch}\n");
            Directory.Move(part, task);
        }
        finally
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
        }
    }

    private static string TaskText(SweBenchInstance instance) =>
        $"""
        # {instance.Id}, imported
        prompt: {Quoted(instance.Problem)}
        repository:
          mirror: {Quoted(instance.Repository)}
          commit: {Quoted(instance.Commit)}
        language: Python
        limits:
          minutes: 60
          checkSeconds: 1800

        """;

    /// <summary>The names of the tests are never part of a shell line.</summary>
    private string CheckText() => $"tr '\\n' '\\0' < {TestsFile} | xargs -0 {testCommand}\n";

    /// <summary>A string of YAML on one line.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                < 0x20 or (>= 0x7F and <= 0x9F) or 0x2028 or 0x2029 or 0xFEFF or 0xFFFE or 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
                _ => rune.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
