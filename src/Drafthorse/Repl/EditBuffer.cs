using System.Globalization;

namespace Drafthorse.Repl;

/// <summary>The text of a message as it is written, and the cursor in it. Moves by what a person sees as one character.</summary>
internal sealed class EditBuffer
{
    public string Text { get; private set; } = "";

    public int Cursor { get; private set; }

    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    public void Insert(string text) => Replace(Cursor, Cursor, text);

    public void Replace(int from, int to, string text)
    {
        Text = string.Concat(Text.AsSpan(0, from), text, Text.AsSpan(to));
        Cursor = from + text.Length;
    }

    public void Backspace() => Replace(Before(Cursor), Cursor, "");

    public void Delete()
    {
        var start = Cursor;
        Replace(start, After(start), "");
    }

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void Home() => Cursor = Cursor == 0 ? 0 : Text.LastIndexOf('\n', Cursor - 1) + 1;

    public void End() => Cursor = Text.IndexOf('\n', Cursor) is var end and >= 0 ? end : Text.Length;

    public void WordLeft() => Cursor = WordStart();

    public void WordRight()
    {
        while (Cursor < Text.Length && !char.IsLetterOrDigit(Text[Cursor]))
            Cursor++;
        while (Cursor < Text.Length && char.IsLetterOrDigit(Text[Cursor]))
            Cursor++;
    }

    public void DeleteWord() => Replace(WordStart(), Cursor, "");

    public void DeleteToStart()
    {
        var end = Cursor;
        Home();
        Replace(Cursor, end, "");
    }

    public void DeleteToEnd()
    {
        var start = Cursor;
        End();
        Replace(start, Cursor, "");
    }

    private int WordStart()
    {
        var start = Cursor;
        while (start > 0 && !char.IsLetterOrDigit(Text[start - 1]))
            start--;
        while (start > 0 && char.IsLetterOrDigit(Text[start - 1]))
            start--;
        return start;
    }

    private int Before(int index)
    {
        var previous = 0;
        foreach (var start in StringInfo.ParseCombiningCharacters(Text[..index]))
            previous = start;
        return previous;
    }

    private int After(int index) => index + (index < Text.Length ? StringInfo.GetNextTextElementLength(Text, index) : 0);
}
