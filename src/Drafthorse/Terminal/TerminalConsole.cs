using Spectre.Console;

namespace Drafthorse.Terminal;

/// <summary>The console that people read: colours and the window's width on a terminal, plain and unbroken lines elsewhere.</summary>
internal static class TerminalConsole
{
    private const int Unbroken = 100_000;

    public static IAnsiConsole Create()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = Unbroken;
            console.Profile.Capabilities.Ansi = false;
            console.Profile.Capabilities.Interactive = false;
        }

        return console;
    }

    /// <summary>Whether lines can be drawn over: a person watches.</summary>
    public static bool IsLive(this IAnsiConsole console) => console.Profile.Capabilities.Ansi && !Console.IsOutputRedirected;

    /// <summary>A path as people write it.</summary>
    public static string Short(string path)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 1 && (path == home || path.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal)) ? $"~{path[home.Length..]}" : path;
    }
}
