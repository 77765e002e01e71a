using Drafthorse.Terminal;
using Spectre.Console;

namespace Drafthorse.Repl;

/// <summary>A diff as git prints it without colours, in ours: git's would come with whatever else is in the files.</summary>
internal static class DiffView
{
    public static void Show(IAnsiConsole console, string diff)
    {
        foreach (var line in diff.TrimEnd('\n').Split('\n'))
            console.Say(Coloured(line.TrimEnd('\r')));
    }

    private static FormattableString Coloured(string line) => line switch
    {
        _ when line.StartsWith("+++", StringComparison.Ordinal) || line.StartsWith("---", StringComparison.Ordinal) || line.StartsWith("diff ", StringComparison.Ordinal) => $"[bold]{line}[/]",
        ['+', ..] => $"[green]{line}[/]",
        ['-', ..] => $"[red]{line}[/]",
        ['@', ..] => $"[blue]{line}[/]",
        _ => $"{line}",
    };
}
