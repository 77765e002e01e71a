namespace Drafthorse.Harness.Search;

/// <summary>Reads a text's terms as hashes: words of letters and digits in lower case, and pairs of neighbours where a script writes no
/// spaces (Chinese, Japanese, Korean). Allocates nothing.</summary>
internal ref struct TermReader(ReadOnlySpan<char> text)
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly ReadOnlySpan<char> _text = text;
    private int _next;

    /// <summary>Where the term that was read last begins.</summary>
    public int Start { get; private set; }

    public bool TryRead(out ulong term)
    {
        while (_next < _text.Length && !IsIdeograph(_text[_next]) && !char.IsLetterOrDigit(_text[_next]))
            _next++;
        term = Offset;
        if (_next == _text.Length)
            return false;
        Start = _next;
        if (IsIdeograph(_text[_next]))
        {
            term = Add(term, _text[_next++]);
            if (_next < _text.Length && IsIdeograph(_text[_next]))
            {
                term = Add(term, _text[_next]);

                // The last of a row was the second half of a pair.
                if (_next + 1 >= _text.Length || !IsIdeograph(_text[_next + 1]))
                    _next++;
            }

            return true;
        }

        for (; _next < _text.Length && char.IsLetterOrDigit(_text[_next]) && !IsIdeograph(_text[_next]); _next++)
            term = Add(term, _text[_next] < 128 ? (char)(_text[_next] is >= 'A' and <= 'Z' ? _text[_next] | 0x20 : _text[_next]) : char.ToLowerInvariant(_text[_next]));
        return true;
    }

    private static ulong Add(ulong hash, char character) => (hash ^ character) * Prime;

    private static bool IsIdeograph(char character) => character >= '\u3040'
        && character is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u4DBF') or (>= '\u4E00' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF');
}
