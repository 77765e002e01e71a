using System.Text;

namespace Drafthorse.Harness.Tools.Screens;

/// <summary>Reads what is written to a terminal, in pieces of any size: ECMA-48 control functions with 7 and 8 bits, and what xterm adds
/// and programs use. It holds no more than one control function.</summary>
internal sealed class ScreenParser(Screen screen)
{
    private const int MostParameters = 256;
    private const int MostHeld = 4096;
    private const string LineDrawing = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

    private readonly StringBuilder _held = new();
    private readonly bool[] _draws = new bool[2];
    private State _state;
    private char _high;
    private char _kind;
    private int _set;
    private Rune _last = new(' ');

    private enum State
    {
        Text,
        Escape,
        Designation,
        Control,
        Words,
        WordsEscape,
    }

    public Screen Screen { get; } = screen;

    public void Write(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            Take(c);
        }
    }

    private void Take(char c)
    {
        // These end whatever was begun.
        if (c is '\x18' or '\x1a')
        {
            _state = State.Text;
            return;
        }

        switch (_state)
        {
            case State.Words or State.WordsEscape:
                TakeWords(c);
                break;
            case var _ when c == '\x1b':
                Begin(State.Escape);
                break;
            case var _ when c is >= '\x80' and <= '\x9f':
                _state = State.Escape;
                TakeEscape((char)(c - 0x40));
                break;
            case State.Escape:
                TakeEscape(c);
                break;
            case State.Designation:
                if (c is >= ' ' and <= '/')
                {
                    break;
                }

                if (_kind is '(' or ')')
                {
                    _draws[_kind == '(' ? 0 : 1] = c == '0';
                }

                _state = State.Text;
                break;
            case State.Control:
                TakeControl(c);
                break;
            default:
                TakeText(c);
                break;
        }
    }

    private void Begin(State state)
    {
        _state = state;
        _held.Clear();
    }

    private void TakeText(char c)
    {
        if (c < ' ' || c == '\x7f')
        {
            TakeShort(c);
        }
        else if (char.IsHighSurrogate(c))
        {
            _high = c;
        }
        else if (char.IsLowSurrogate(c))
        {
            Put(Rune.TryCreate(_high, c, out var rune) ? rune : Rune.ReplacementChar);
            _high = '\0';
        }
        else
        {
            Put(new Rune(_draws[_set] && c is >= '`' and <= '~' ? LineDrawing[c - '`'] : c));
        }
    }

    private void Put(Rune rune)
    {
        _last = rune;
        Screen.Put(rune);
    }

    private void TakeShort(char c)
    {
        switch (c)
        {
            case '\b':
                Screen.Back();
                break;
            case '\t':
                Screen.Tab();
                break;
            case '\n':
                Screen.NewLine();
                break;
            case '\v' or '\f':
                Screen.Down(1, scrolls: true);
                break;
            case '\r':
                Screen.Return();
                break;
            case '\x0e' or '\x0f':
                _set = c == '\x0e' ? 1 : 0;
                break;
        }
    }

    private void TakeEscape(char c)
    {
        _state = State.Text;
        switch (c)
        {
            case '[':
                Begin(State.Control);
                break;
            case ']' or 'P' or 'X' or '^' or '_':
                _kind = c;
                Begin(State.Words);
                break;
            case >= ' ' and <= '/':
                _kind = c;
                Begin(State.Designation);
                break;
            case 'D':
                Screen.Down(1, scrolls: true);
                break;
            case 'E':
                Screen.NewLine();
                break;
            case 'M':
                Screen.Up(1);
                break;
            case '7':
                Screen.Save();
                break;
            case '8':
                Screen.Restore();
                break;
            case 'c':
                Screen.Alternate(false);
                Screen.EraseScreen(2);
                Screen.ToRow(0);
                Screen.Return();
                _draws.AsSpan().Clear();
                _set = 0;
                break;
            case < ' ':
                // A line feed inside a control function counts, as on a terminal.
                TakeShort(c);
                break;
        }
    }

    private void TakeControl(char c)
    {
        if (c < ' ')
        {
            TakeShort(c);
        }
        else if (c is >= '@' and <= '~')
        {
            _state = State.Text;
            new ControlFunction(_held.ToString(), c).Apply(Screen, _last);
        }
        else if (c > '~')
        {
            _state = State.Text;
        }
        else if (_held.Length < MostParameters)
        {
            _held.Append(c);
        }
    }

    // Titles and the like show nothing. A line feed ends what was never ended, so that it does not swallow the rest: it is shown then.
    private void TakeWords(char c)
    {
        if (c is '\x9c' || c == '\a' && _kind == ']' || c == '\\' && _state == State.WordsEscape)
        {
            _state = State.Text;
        }
        else if (_state == State.WordsEscape)
        {
            Begin(State.Escape);
            TakeEscape(c);
        }
        else if (c == '\x1b')
        {
            _state = State.WordsEscape;
        }
        else if (c == '\n' && _kind != 'P')
        {
            var words = _held.ToString();
            _state = State.Text;
            foreach (var word in words.Length < MostHeld ? words : "")
            {
                if (!char.IsControl(word))
                {
                    TakeText(word);
                }
            }

            TakeText('\n');
        }
        else if (_held.Length < MostHeld)
        {
            _held.Append(c);
        }
    }
}
