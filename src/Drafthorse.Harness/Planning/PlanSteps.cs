using System.Text.RegularExpressions;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Planning;

/// <summary>The steps of a plan: its numbered lines, else its bullets, outside of code blocks.</summary>
internal static partial class PlanSteps
{
    private const int MostSteps = 50;
    private const int MostLength = 300;

    public static IReadOnlyList<string> Of(string plan)
    {
        var (numbered, bullets, isCode) = (new List<string>(), new List<string>(), false);
        foreach (var line in plan.Split('\n'))
        {
            isCode ^= line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (!isCode && Item().Match(line.TrimEnd()) is { Success: true } item)
                (item.Groups["number"].Success ? numbered : bullets).Add(Cut(item.Groups["text"].Value));
        }

        return [.. (numbered.Count > 0 ? numbered : bullets).Where(step => step.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostSteps)];
    }

    /// <summary>What of a plan is done: what stands on the to-do list, word for word, as completed.</summary>
    public static IReadOnlyList<PlanStep> Done(string plan, IReadOnlyList<TodoItem> todos) =>
        [.. Of(plan).Select(step => new PlanStep(step, todos.Any(todo => todo.Status == TodoStatus.Completed && todo.Content.Equals(step, StringComparison.OrdinalIgnoreCase))))];

    public static IReadOnlyList<TodoItem> Todos(string plan) => [.. Of(plan).Select(step => new TodoItem { Content = step })];

    private static string Cut(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MostLength ? line : $"{line[..(char.IsHighSurrogate(line[MostLength - 2]) ? MostLength - 2 : MostLength - 1)]}…";
    }

    [GeneratedRegex(@"^(?:(?<number>\d{1,3}[.)])|[-*+])\s+(?:\[[ xX]\]\s+)?(?<text>.+)$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Item();
}
