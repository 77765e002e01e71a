using System.Globalization;
using System.Text;
using Drafthorse.Harness.Text;
using Drafthorse.Terminal.Output;

namespace Drafthorse.Repl;

/// <summary>Reads a message with editing, history and completion. A paste is one message however many lines it has.</summary>
internal sealed class LineEditor(TextWriter screen, Func<int> width, InputHistory history, Completion completion)
{
    private const string Prompt = "You> ";
    private const int ShownPaste = 800;
    private readonly Dictionary<string, string> _pastes = [];
    private readonly EditBuffer _buffer = new();
    private int _cursorRow;
    private bool _warned;

    /// <summary>The message, or null when the person leaves. Blocks.</summary>
    public string? Read(KeyReader keys)
    {
        _buffer.Set("");
        _cursorRow = 0;
        _warned = false;
        history.Begin();
        while (true)
        {
            Draw();
            var key = keys.Read();
            if (key.Kind == KeyKind.Interrupt && !OnInterrupt() || (key.Kind == KeyKind.EndOfInput && _buffer.Text.Length == 0))
                return Leave(null);
            if (key.Kind == KeyKind.Enter && !_buffer.Text.EndsWith('\\'))
                return Leave(Expand(_buffer.Text));
            Apply(key);
        }
    }

    private void Apply(Key key)
    {
        switch (key.Kind)
        {
            case KeyKind.Text: _buffer.Insert(key.Text); break;
            case KeyKind.Paste: Paste(key.Text); break;
            case KeyKind.Enter: _buffer.Backspace(); _buffer.Insert("\n"); break;
            case KeyKind.NewLine: _buffer.Insert("\n"); break;
            case KeyKind.Tab: Complete(); break;
            case KeyKind.Backspace: _buffer.Backspace(); break;
            case KeyKind.Delete or KeyKind.EndOfInput: _buffer.Delete(); break;
            case KeyKind.Left: _buffer.Left(); break;
            case KeyKind.Right: _buffer.Right(); break;
            case KeyKind.WordLeft: _buffer.WordLeft(); break;
            case KeyKind.WordRight: _buffer.WordRight(); break;
            case KeyKind.Home: _buffer.Home(); break;
            case KeyKind.End: _buffer.End(); break;
            case KeyKind.DeleteWord: _buffer.DeleteWord(); break;
            case KeyKind.DeleteToStart: _buffer.DeleteToStart(); break;
            case KeyKind.DeleteToEnd: _buffer.DeleteToEnd(); break;
            case KeyKind.Up: Recall(history.Older(_buffer.Text)); break;
            case KeyKind.Down: Recall(history.Newer(_buffer.Text)); break;
            case KeyKind.ClearScreen: screen.Write("\e[2J\e[H"); _cursorRow = 0; break;
        }
    }

    /// <summary>False: leave. What was written is thrown away first.</summary>
    private bool OnInterrupt()
    {
        if (_buffer.Text.Length == 0 && _warned)
            return false;
        if (_buffer.Text.Length == 0)
            Print("Ctrl-C again leaves.");
        _warned = _buffer.Text.Length == 0;
        _buffer.Set("");
        return true;
    }

    private void Recall(string text)
    {
        _buffer.Set("");
        Paste(text);
    }

    /// <summary>What would fill the screen is shown by its size only.</summary>
    private void Paste(string text)
    {
        text = text.TrimEnd('\n');
        if (text.Length <= ShownPaste && text.AsSpan().Count('\n') < 10)
        {
            _buffer.Insert(text);
            return;
        }

        var name = $"[pasted text {_pastes.Count + 1}: {text.AsSpan().Count('\n') + 1} lines]";
        _pastes[name] = text;
        _buffer.Insert(name);
    }

    private string Expand(string text)
    {
        foreach (var (name, paste) in _pastes)
            text = text.Replace(name, paste, StringComparison.Ordinal);
        _pastes.Clear();
        return text;
    }

    private void Complete()
    {
        var (start, candidates) = completion.Of(_buffer.Text, _buffer.Cursor);
        if (candidates.Count == 0)
            return;
        var typed = _buffer.Text[start.._buffer.Cursor];
        var common = candidates.Aggregate((left, right) => left[..left.AsSpan().CommonPrefixLength(right)]);
        if (common.Length > typed.Length)
            _buffer.Replace(start, _buffer.Cursor, candidates.Count == 1 && !common.EndsWith('/') ? $"{common} " : common);
        else if (candidates.Count > 1)
            Print(string.Join("  ", candidates.Take(40).Select(ForeignText.Name)));
    }

    private void Print(string text)
    {
        Erase();
        screen.Write($"{text}\r\n");
    }

    private string? Leave(string? message)
    {
        while (_buffer.Cursor < _buffer.Text.Length)
            _buffer.Right();
        Draw();
        screen.Write("\r\n");
        screen.Flush();
        return message;
    }

    private void Erase()
    {
        screen.Write(_cursorRow > 0 ? $"\r\e[{_cursorRow}A\e[J" : "\r\e[J");
        _cursorRow = 0;
    }

    /// <summary>Draws prompt and text anew, with line breaks of its own, and puts the cursor where it belongs.</summary>
    private void Draw()
    {
        Erase();
        var drawn = new StringBuilder($"\e[32m{Prompt}\e[0m");
        var (row, column, cursor) = (0, Prompt.Length, (Row: 0, Column: Prompt.Length));
        for (var index = 0; index < _buffer.Text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(_buffer.Text, index);
            var element = _buffer.Text.Substring(index, length);
            element = element == "\n" ? element : ForeignText.Line(element);
            var cells = element == "\n" ? 0 : Cells.Of(element);
            if (element == "\n" || column + cells >= width())
            {
                drawn.Append("\r\n").Append(' ', Prompt.Length);
                (row, column) = (row + 1, Prompt.Length);
            }

            if (index == _buffer.Cursor)
                cursor = (row, column);
            if (element != "\n")
                drawn.Append(element);
            column += cells;
            index += length;
        }

        if (_buffer.Cursor == _buffer.Text.Length)
            cursor = (row, column);
        if (row > cursor.Row)
            drawn.Append(CultureInfo.InvariantCulture, $"\e[{row - cursor.Row}A");
        drawn.Append(CultureInfo.InvariantCulture, $"\r\e[{cursor.Column}C");
        screen.Write(drawn);
        screen.Flush();
        _cursorRow = cursor.Row;
    }
}
