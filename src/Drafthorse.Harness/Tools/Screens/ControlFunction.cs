using System.Globalization;
using System.Text;

namespace Drafthorse.Harness.Tools.Screens;

/// <summary>A control sequence: its parameters, as they were written, and the letter that says what it does. Those that show nothing, such
/// as colours, do nothing.</summary>
internal readonly record struct ControlFunction(string Parameters, char Final)
{
    private const int Most = 9_999;

    /// <summary>Does it on the screen.</summary>
    /// <param name="screen">The screen.</param>
    /// <param name="last">The character that was written last, which can be repeated.</param>
    public void Apply(Screen screen, Rune last)
    {
        if (Parameters.StartsWith('?'))
        {
            if (Final is 'h' or 'l' && Parameters[1..].Split(';').Any(mode => mode is "47" or "1047" or "1049"))
            {
                screen.Alternate(Final == 'h');
            }

            return;
        }

        if (Parameters.Length > 0 && !char.IsAsciiDigit(Parameters[0]) && Parameters[0] != ';')
        {
            return;
        }

        var count = Math.Max(1, Number(0));
        switch (Final)
        {
            case 'A':
                screen.Up(count);
                break;
            case 'B' or 'e':
                screen.Down(count);
                break;
            case 'C' or 'a':
                screen.Right(count);
                break;
            case 'D':
                screen.Left(count);
                break;
            case 'E':
                screen.Down(count);
                screen.Return();
                break;
            case 'F':
                screen.Up(count);
                screen.Return();
                break;
            case 'G' or '`':
                screen.ToColumn(count - 1);
                break;
            case 'd':
                screen.ToRow(count - 1);
                break;
            case 'H' or 'f':
                screen.ToRow(count - 1);
                screen.ToColumn(Math.Max(1, Number(1)) - 1);
                break;
            case 'J':
                screen.EraseScreen(Number(0));
                break;
            case 'K':
                screen.EraseLine(Number(0));
                break;
            case 'X':
                screen.EraseCharacters(count);
                break;
            case '@':
                screen.InsertCharacters(count);
                break;
            case 'P':
                screen.DeleteCharacters(count);
                break;
            case 'L':
                screen.InsertLines(count);
                break;
            case 'M':
                screen.DeleteLines(count);
                break;
            case 's':
                screen.Save();
                break;
            case 'u':
                screen.Restore();
                break;
            case 'b':
                for (var i = 0; i < Math.Min(count, 1_000); i++)
                {
                    screen.Put(last);
                }

                break;
        }
    }

    private int Number(int index)
    {
        var parts = Parameters.Split(';');
        return index < parts.Length && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, Most)
            : index < parts.Length && parts[index].Length > 4 ? Most
            : 0;
    }
}
