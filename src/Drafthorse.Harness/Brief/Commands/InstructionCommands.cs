namespace Drafthorse.Harness.Brief.Commands;

/// <summary>Commands that a project's instructions for agents quote: in backticks, or as lines of a fenced block.</summary>
internal static class InstructionCommands
{
    private const int MaxCommands = 8;

    public static IEnumerable<FoundCommand> Find(Manifest file)
    {
        var commands = new List<FoundCommand>();
        var isFenced = false;
        foreach (var each in file.Text.AsSpan().EnumerateLines())
        {
            var line = each.Trim().ToString();
            var isFence = line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal);
            isFenced ^= isFence;
            var quoted = isFence ? [] : isFenced ? [line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line] : line.Split('`').Where((_, index) => index % 2 == 1);
            commands.AddRange(quoted.Select(text => Read(text.Trim(), file)).OfType<FoundCommand>());
            if (commands.Count >= MaxCommands)
                break;
        }

        return commands.Take(MaxCommands);
    }

    /// <summary>A program's name alone is talked of more often than run.</summary>
    private static FoundCommand? Read(string text, Manifest file) =>
        (text.Contains(' ', StringComparison.Ordinal) || text.StartsWith("./", StringComparison.Ordinal)) && CommandWords.OfLine(text) is { } purpose
            ? new FoundCommand(purpose, text, file.Path)
            : null;
}
