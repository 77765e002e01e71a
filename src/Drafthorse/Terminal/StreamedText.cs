using System.Text;

namespace Drafthorse.Terminal;

/// <summary>Words that come in pieces, broken between words at the window's width. A word is held back until it is whole.</summary>
internal sealed class StreamedText(TextWriter writer, Func<int> width)
{
    private readonly StringBuilder _word = new();
    private int _column;

    /// <summary>Whether the cursor is in the middle of a line.</summary>
    public bool IsMidLine => _column > 0 || _word.Length > 0;

    public void Write(string text)
    {
        foreach (var character in text)
        {
            if (character == '\n')
            {
                Flush();
                writer.Write('\n');
                _column = 0;
            }
            else if (character is ' ' or '\t')
            {
                Flush();
                if (_column + 1 < width())
                {
                    writer.Write(' ');
                    _column++;
                }
            }
            else if (!char.IsControl(character))
            {
                _word.Append(character);
            }
        }

        writer.Flush();
    }

    public void EndLine()
    {
        Flush();
        if (_column > 0)
            writer.Write('\n');
        _column = 0;
        writer.Flush();
    }

    private void Flush()
    {
        if (_word.Length == 0)
            return;
        if (_column > 0 && _column + _word.Length >= width())
        {
            writer.Write('\n');
            _column = 0;
        }

        writer.Write(_word.ToString());
        _column = (_column + _word.Length) % Math.Max(1, width());
        _word.Clear();
    }
}
