namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>A text cut into lines. Only a line feed, with or without a carriage return before it, ends a line; it does not begin one.</summary>
internal sealed class TextLines
{
    private readonly List<int> _starts = [];
    private readonly char _feed;

    /// <summary>Cuts the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="byReturns">Whether carriage returns end lines: for a text of the kind that has no line feed at all.</param>
    public TextLines(string text, bool byReturns = false)
    {
        Text = text;
        _feed = byReturns ? '\r' : '\n';
        for (var start = 0; start < text.Length;)
        {
            _starts.Add(start);
            var feed = text.IndexOf(_feed, start);
            start = feed < 0 ? text.Length : feed + 1;
        }
    }

    public string Text { get; }

    public int Count => _starts.Count;

    /// <summary>A line without its ending.</summary>
    public ReadOnlySpan<char> this[int line] => Text.AsSpan(Start(line), End(line) - Ending(line).Length - Start(line));

    /// <summary>Where a line begins; the end of the text for the line after the last.</summary>
    public int Start(int line) => line < Count ? _starts[line] : Text.Length;

    /// <summary>Where a line ends, its ending included.</summary>
    public int End(int line) => Start(line + 1);

    /// <summary>What ends a line; empty for a last line that nothing ends.</summary>
    public string Ending(int line)
    {
        var (start, end) = (Start(line), End(line));
        return end == start || Text[end - 1] != _feed ? ""
            : _feed == '\r' ? "\r"
            : end - 2 >= start && Text[end - 2] == '\r' ? "\r\n"
            : "\n";
    }

    /// <summary>The line, from 0, that holds a position.</summary>
    public int LineAt(int position)
    {
        var index = _starts.BinarySearch(position);
        return Math.Max(0, index >= 0 ? index : ~index - 1);
    }
}
