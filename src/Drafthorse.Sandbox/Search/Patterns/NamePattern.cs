namespace Drafthorse.Sandbox.Search.Patterns;

/// <summary>One part of a path pattern, as the shell and git match names: <c>*</c>, <c>?</c>, <c>[a-z]</c> and backslash. Time is at
/// most the product of both lengths, whatever the pattern.</summary>
internal sealed class NamePattern
{
    private readonly string _pattern;
    private readonly string? _literal;
    private readonly string? _suffix;

    public NamePattern(string pattern)
    {
        _pattern = pattern;
        _literal = IsLiteral(pattern) ? pattern : null;
        _suffix = pattern.StartsWith('*') && IsLiteral(pattern.AsSpan(1)) ? pattern[1..] : null;
    }

    /// <summary>A pattern in which nothing but stars stands for something else.</summary>
    public static NamePattern OfStars(string text) => new(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal));

    public static bool IsLiteral(ReadOnlySpan<char> pattern) => pattern.IndexOfAny("*?[\\{") < 0;

    public bool IsMatch(ReadOnlySpan<char> name) =>
        _literal is not null ? name.SequenceEqual(_literal)
        : _suffix is not null ? name.EndsWith(_suffix, StringComparison.Ordinal)
        : Match(_pattern, name);

    // Only the last star ever needs another try: what stands before it is matched as early as can be.
    private static bool Match(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int at = 0, position = 0, starAt = -1, starPosition = 0;
        while (position < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                starAt = ++at;
                starPosition = position;
            }
            else if (at < pattern.Length && MatchOne(pattern, ref at, name[position]))
            {
                position++;
            }
            else if (starAt >= 0)
            {
                at = starAt;
                position = ++starPosition;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].TrimStart('*').IsEmpty;
    }

    // Moves behind the element only when it matches.
    private static bool MatchOne(ReadOnlySpan<char> pattern, ref int at, char c)
    {
        switch (pattern[at])
        {
            case '?':
                at++;
                return true;
            case '[':
                var end = at;
                if (!MatchSet(pattern, ref end, c))
                {
                    return false;
                }

                at = end;
                return true;
            case '\\' when at + 1 < pattern.Length:
                if (pattern[at + 1] != c)
                {
                    return false;
                }

                at += 2;
                return true;
            default:
                if (pattern[at] != c)
                {
                    return false;
                }

                at++;
                return true;
        }
    }

    private static bool MatchSet(ReadOnlySpan<char> pattern, ref int at, char c)
    {
        var i = at + 1;
        var isNegated = i < pattern.Length && pattern[i] is '!' or '^';
        i += isNegated ? 1 : 0;
        var isIn = false;
        for (var first = i; i < pattern.Length && (pattern[i] != ']' || i == first);)
        {
            if (pattern[i..].StartsWith("[:") && pattern[i..].IndexOf(":]") is > 0 and var close)
            {
                isIn |= IsInClass(pattern.Slice(i + 2, close - 2), c);
                i += close + 2;
                continue;
            }

            var low = Element(pattern, ref i);
            var high = low;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                high = Element(pattern, ref i);
            }

            isIn |= low <= c && c <= high;
        }

        at = i + 1;
        return i < pattern.Length && isIn != isNegated;
    }

    private static char Element(ReadOnlySpan<char> pattern, ref int at)
    {
        at += pattern[at] == '\\' && at + 1 < pattern.Length ? 1 : 0;
        return pattern[at++];
    }

    private static bool IsInClass(ReadOnlySpan<char> name, char c) => name switch
    {
        "alpha" => char.IsAsciiLetter(c),
        "digit" => char.IsAsciiDigit(c),
        "alnum" => char.IsAsciiLetterOrDigit(c),
        "upper" => char.IsAsciiLetterUpper(c),
        "lower" => char.IsAsciiLetterLower(c),
        "xdigit" => char.IsAsciiHexDigit(c),
        "space" => char.IsAscii(c) && char.IsWhiteSpace(c),
        "blank" => c is ' ' or '\t',
        "punct" => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
        "cntrl" => char.IsAscii(c) && char.IsControl(c),
        "print" => c is >= ' ' and < '\x7f',
        "graph" => c is > ' ' and < '\x7f',
        _ => false,
    };
}
