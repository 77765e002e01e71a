using System.Globalization;
using System.Text;
using Drafthorse.Harness.Text;
using Spectre.Console;

namespace Drafthorse.Terminal;

/// <summary>The console that people read: colours and the window's width on a terminal, plain and unbroken lines elsewhere.</summary>
internal static class TerminalConsole
{
    private const int Unbroken = 100_000;

    /// <summary>Where a terminal's own codes go. What others wrote goes to a console, or through <see cref="ForeignText"/>.</summary>
    public static TextWriter Terminal { get; set; } = Console.Out;

    /// <summary>As <see cref="Terminal"/>, for the standard error stream.</summary>
    public static TextWriter ErrorTerminal { get; set; } = Console.Error;

    public static IAnsiConsole Create() => Create(new Output(() => Terminal, !Console.IsOutputRedirected));

    /// <summary>Where a person sees what happens while a program reads standard output.</summary>
    public static IAnsiConsole CreateForProgress() => Console.IsOutputRedirected ? Create(new Output(() => ErrorTerminal, !Console.IsErrorRedirected)) : Create();

    private static IAnsiConsole Create(Output output)
    {
        var console = Create(new AnsiConsoleSettings { Out = output });
        if (!output.IsTerminal)
        {
            console.Profile.Width = Unbroken;
            console.Profile.Capabilities.Ansi = false;
            console.Profile.Capabilities.Interactive = false;
        }

        return console;
    }

    public static IAnsiConsole Create(AnsiConsoleSettings settings)
    {
        var console = AnsiConsole.Create(settings);
        console.Pipeline.Attach(new VisibleOutput());
        return console;
    }

    /// <summary>Prints a line of markup. Each value in it is text on this line, whatever it holds; with the format <c>:lines</c> it may
    /// have lines of its own.</summary>
    public static void Say(this IAnsiConsole console, FormattableString markup)
    {
        var values = markup.GetArguments().Select(value => (object)new Value(value)).ToArray();
        console.MarkupLine(string.Format(CultureInfo.InvariantCulture, markup.Format, values));
    }

    /// <summary>Whether lines can be drawn over: a person watches.</summary>
    public static bool IsLive(this IAnsiConsole console) => console.Profile.Capabilities.Ansi && console.Profile.Out is Output { IsTerminal: true };

    /// <summary>A path as people write it.</summary>
    public static string Short(string path)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 1 && (path == home || path.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal)) ? $"~{path[home.Length..]}" : path;
    }

    private sealed class Value(object? value) : IFormattable
    {
        private const string Lines = "lines";

        public string ToString(string? format, IFormatProvider? formatProvider)
        {
            var text = value is IFormattable number && format != Lines ? number.ToString(format, formatProvider) : value?.ToString();
            return Markup.Escape(format == Lines ? ForeignText.Visible(text) : ForeignText.Line(text));
        }
    }

    private sealed class Output(Func<TextWriter> writer, bool isTerminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer();

        public bool IsTerminal => isTerminal;

        public int Width => Size(() => Console.BufferWidth, 80);

        public int Height => Size(() => Console.WindowHeight, 24);

        public void SetEncoding(Encoding encoding) => Console.OutputEncoding = encoding;

        private static int Size(Func<int> size, int unknown)
        {
            try
            {
                return size() is > 0 and var known ? known : unknown;
            }
            catch (IOException)
            {
                return unknown;
            }
        }
    }
}
