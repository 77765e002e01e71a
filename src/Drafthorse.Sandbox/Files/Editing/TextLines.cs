namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>A text cut into lines; a line feed ends a line and does not begin one.</summary>
internal sealed class TextLines
{
    private readonly List<int> _starts = [];

    public TextLines(string text)
    {
        Text = text;
        for (var start = 0; start < text.Length;)
        {
            _starts.Add(start);
            var feed = text.IndexOf('\n', start);
            start = feed < 0 ? text.Length : feed + 1;
        }
    }

    public string Text { get; }

    public int Count => _starts.Count;

    /// <summary>A line without its ending.</summary>
    public ReadOnlySpan<char> this[int line] => Text.AsSpan(_starts[line], End(line) - _starts[line]).TrimEnd("\r\n");

    /// <summary>Where a line begins; the end of the text for the line after the last.</summary>
    public int Start(int line) => line < Count ? _starts[line] : Text.Length;

    /// <summary>Where a line ends, its ending included.</summary>
    public int End(int line) => Start(line + 1);

    /// <summary>The line, from 0, that holds a position.</summary>
    public int LineAt(int position)
    {
        var index = _starts.BinarySearch(position);
        return Math.Max(0, index >= 0 ? index : ~index - 1);
    }

    /// <summary>The line ending that the text uses most.</summary>
    public static string EndingOf(string text)
    {
        var feeds = text.AsSpan().Count('\n');
        return feeds > 0 && text.AsSpan().Count("\r\n") * 2 > feeds ? "\r\n" : "\n";
    }
}
