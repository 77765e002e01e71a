namespace Drafthorse.Sandbox.Files.Editing;

/// <summary>Writes the replacement of a text that was quoted with other white space than the file has: with the file's indentation, and
/// with the file's own characters in all that the replacement leaves as it was quoted.</summary>
internal sealed class LooseReplacement
{
    private readonly string _text;
    private readonly int _start;
    private readonly int _end;
    private readonly bool _ownsIndentation;
    private readonly bool _byReturns;
    private readonly string[] _quoted;
    private readonly string[] _new;

    public LooseReplacement(string text, (int Start, int End) place, FileEdit edit, bool byReturns)
    {
        _byReturns = byReturns;
        _text = text;
        (_start, _end) = place;
        var lineStart = _start == 0 ? 0 : text.LastIndexOf('\n', _start - 1) + 1;
        _ownsIndentation = text.AsSpan(lineStart, _start - lineStart).IsWhiteSpace();
        _start = _ownsIndentation ? lineStart : _start;
        if (text[_start] == '\n' && _start > 0 && text[_start - 1] == '\r')
        {
            _start--;
        }

        var blanks = _end;
        while (blanks < text.Length && text[blanks] is ' ' or '\t')
        {
            blanks++;
        }

        // Blanks at the line's end belong to what was quoted without them.
        _end = blanks == text.Length || text[blanks] is '\r' or '\n' ? blanks : _end;
        _quoted = LineEndings.Plain(edit.OldText).Split('\n');
        _new = LineEndings.Plain(edit.NewText).Split('\n');
    }

    /// <summary>The stretch that is replaced, and its new text.</summary>
    public (int Start, int End, string New) Write()
    {
        var actual = LineEndings.Plain(_text[_start.._end]).Split('\n');
        var first = _ownsIndentation ? 0 : 1;
        var known = Math.Min(_quoted.Length, actual.Length);
        var indentation = new Indentation();
        for (var i = known - 1; i >= first; i--)
        {
            indentation.Learn(_quoted[i], actual[i]);
        }

        var (head, tail) = LineEndings.Shared(_quoted, _new);
        var written = new string[_new.Length];
        for (var i = 0; i < _new.Length; i++)
        {
            if (i >= first && i < known)
            {
                indentation.Learn(_quoted[i], actual[i]);
            }

            var fitted = i < first ? _new[i] : indentation.Apply(_new[i]);
            written[i] = _quoted.Length != actual.Length ? fitted
                : i < head ? actual[i]
                : _new.Length - 1 - i < tail ? actual[^(_new.Length - i)]
                : _new.Length == actual.Length ? LooseText.KeepShared(actual[i], fitted)
                : fitted;
        }

        return (_start, _end, LineEndings.Fit(_text, _start, _end, string.Join('\n', written), _byReturns));
    }
}
