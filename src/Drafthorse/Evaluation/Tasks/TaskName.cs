namespace Drafthorse.Evaluation.Tasks;

/// <summary>The rule for names of tasks, which become names of folders, repositories and files.</summary>
internal static class TaskName
{
    public const string Rule = "1 to 100 letters, digits and . _ -, beginning with a letter or digit";

    private const int MaxLength = 100;

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(name[0])
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-')
        && !name.Contains("..", StringComparison.Ordinal) && !name.EndsWith('.') && !name.EndsWith(".git", StringComparison.OrdinalIgnoreCase)
        && !name.EndsWith(".lock", StringComparison.OrdinalIgnoreCase);
}
