namespace Drafthorse.Sandbox.Search;

/// <summary>Collects matching lines of one text with those around them, each line once.</summary>
internal sealed class MatchedLines(string text, int context, int maxCharacters)
{
    private readonly List<GrepLine> _lines = [];

    // The start and number of the first line that is not collected yet.
    private int _next;
    private int _number = 1;
    private int _owed;

    /// <summary>Adds a matching line; matches come in the order of the text. Returns the characters collected.</summary>
    public int Add(int start, int end, int match)
    {
        var before = _lines.Count;
        TakeAfter(start);
        var first = start;
        for (var i = 0; i < context && first > _next; i++)
        {
            first = first < 2 ? 0 : text.LastIndexOf('\n', first - 2) + 1;
        }

        _number += text.AsSpan(_next, first - _next).Count('\n');
        _next = first;
        while (_next < start)
        {
            Take(isMatch: false, match: _next);
        }

        Take(isMatch: true, match);
        _owed = context;
        return _lines.Skip(before).Sum(line => line.Text.Length + 8);
    }

    public IReadOnlyList<GrepLine> Complete()
    {
        TakeAfter(text.Length);
        return _lines;
    }

    private void TakeAfter(int until)
    {
        for (; _owed > 0 && _next < until; _owed--)
        {
            Take(isMatch: false, match: _next);
        }
    }

    private void Take(bool isMatch, int match)
    {
        var feed = text.IndexOf('\n', _next);
        var end = feed < 0 ? text.Length : feed;
        _lines.Add(new GrepLine { Number = _number, Text = Cut(_next, end, match), IsMatch = isMatch });
        _next = Math.Min(end + 1, text.Length);
        _number++;
    }

    private string Cut(int start, int end, int match)
    {
        if (end - start <= maxCharacters)
        {
            return text[start..end];
        }

        var from = Math.Clamp(match - (maxCharacters / 3), start, end - maxCharacters);
        return string.Concat(from > start ? "…" : "", text.AsSpan(from, maxCharacters), from + maxCharacters < end ? "…" : "");
    }
}
