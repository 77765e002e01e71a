using System.Text;
using Drafthorse.Harness.Text;

namespace Drafthorse.Terminal.Output;

/// <summary>Words that come in pieces, broken between words at the window's width. A word is held back until it is whole.</summary>
internal sealed class StreamedText(TextWriter writer, Func<int> width)
{
    private readonly ForeignTextPieces _visible = new();
    private readonly StringBuilder _word = new();
    private int _column;

    public void Write(string text)
    {
        Add(_visible.Next(text));
        writer.Flush();
    }

    public void EndLine()
    {
        Add(_visible.End());
        Flush();
        if (_column > 0)
            writer.Write('\n');
        _column = 0;
        writer.Flush();
    }

    private void Add(string text)
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
            else
            {
                Add(character);
            }
        }
    }

    private void Add(char character)
    {
        // East Asian text may break at each character, and has no spaces to wait for.
        var wide = !char.IsSurrogate(character) && !char.IsAscii(character) && Cells.Of(character.ToString()) == 2;
        if (wide)
            Flush();
        _word.Append(character);
        if (wide)
            Flush();
    }

    private void Flush()
    {
        if (_word.Length == 0)
            return;
        var cells = Cells.Of(_word.ToString());
        if (_column > 0 && _column + cells >= width())
        {
            writer.Write('\n');
            _column = 0;
        }

        writer.Write(_word.ToString());
        _column = (_column + cells) % Math.Max(1, width());
        _word.Clear();
    }
}
