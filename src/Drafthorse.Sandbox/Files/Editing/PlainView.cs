namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>A text as it is quoted, with line feeds alone, and where each of its characters stands in the file.</summary>
internal sealed class PlainView
{
    private readonly string _source;
    private readonly string _text;
    private readonly List<int>? _origins;

    public PlainView(string source)
    {
        _source = source;
        _text = LineEndings.AreReturns(source) ? source.Replace('\r', '\n') : LineEndings.Plain(source);
        if (_text.Length == source.Length)
        {
            return;
        }

        _origins = new List<int>(_text.Length + 1);
        for (var i = 0; i < source.Length; i++)
        {
            _origins.Add(i);
            i += source[i] == '\r' && i + 1 < source.Length && source[i + 1] == '\n' ? 1 : 0;
        }

        _origins.Add(source.Length);
    }

    /// <summary>The places of a quoted text as ranges of the file: all that can be replaced together, or some, those that overlap too, that
    /// show whether there is more than one.</summary>
    public List<(int Start, int End)> Find(string quoted, bool all)
    {
        var wanted = LineEndings.Plain(quoted);
        wanted = LineEndings.AreReturns(_source) ? wanted.Replace('\r', '\n') : wanted;
        var found = Occurrences(_text, wanted, all).ConvertAll(place => (Origin(place.Start), Origin(place.End)));

        // A last line that nothing ends, quoted as if something did.
        if (found.Count == 0 && wanted.Length > 1 && wanted[^1] == '\n' && !_text.EndsWith('\n') && _text.EndsWith(wanted[..^1], StringComparison.Ordinal))
        {
            found.Add((Origin(_text.Length - wanted.Length + 1), _source.Length));
        }

        return found;
    }

    /// <summary>The same of a text as it is.</summary>
    public static List<(int Start, int End)> Occurrences(string text, string wanted, bool all)
    {
        var found = new List<(int, int)>();
        for (var at = 0; wanted.Length > 0 && (all || found.Count < Places.Most) && (at = text.IndexOf(wanted, at, StringComparison.Ordinal)) >= 0; at += all ? wanted.Length : 1)
        {
            found.Add((at, at + wanted.Length));
        }

        return found;
    }

    private int Origin(int at) => _origins?[at] ?? at;
}
