using System.Buffers;

namespace Drafthorse.Harness.Tools.Screens;

/// <summary>Output of commands as plain text: what a terminal would show when all of it was written.</summary>
internal static class ScreenText
{
    /// <summary>What a screen interprets; without any of it, text is what it shows.</summary>
    private static readonly SearchValues<char> Interpreted = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\t' or '\n'))]);

    /// <summary>The text that is left on the screen and above it.</summary>
    public static string Of(string output)
    {
        output = output.Replace("\r\n", "\n", StringComparison.Ordinal);
        if (!output.AsSpan().ContainsAny(Interpreted))
        {
            return output;
        }

        var screen = new ScreenParser(new Screen());
        screen.Write(output);
        return screen.Screen.ToString();
    }

    /// <summary>The end of what is left.</summary>
    public static string Tail(string output, int length)
    {
        output = Of(output).Trim();
        if (output.Length <= length)
            return output;
        var start = output.Length - length;
        return "..." + output[(char.IsLowSurrogate(output[start]) ? start + 1 : start)..];
    }
}
