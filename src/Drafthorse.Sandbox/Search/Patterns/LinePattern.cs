using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Sandbox.Search.Patterns;

/// <summary>
/// What lines are searched for. Plain text is looked for in bytes; regular expressions run over whole texts in linear time
/// where .NET can (NonBacktracking), else with a timeout, and a match counts only when it lies within one line.
/// </summary>
internal sealed class LinePattern
{
    private const int MaxLength = 1_000, MaxRepeat = 1_000, WideTries = 16;
    private static readonly SearchValues<char> Special = SearchValues.Create("\\*+?|{[()^$.# ");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly string[] WholeTextMarks = ["\\A", "\\z", "\\Z", "\\G", "(?=", "(?!", "(?<=", "(?<!", "(?s", "(?m", "(?n", "(?x", "(?-"];

    private readonly string? _literal;
    private readonly byte[] _literalBytes = [];
    private readonly Regex? _regex;
    private readonly bool _linesAlone;

    public LinePattern(string pattern, bool isLiteral, bool ignoreCase)
    {
        if (pattern.Length is 0 or > MaxLength || pattern.AsSpan().IndexOfAny("\n\r\0") >= 0)
        {
            throw new FileException(FileErrorKind.Invalid, $"The pattern must have 1 to {MaxLength} characters and no line feed; it is matched against each line alone.");
        }

        if (!ignoreCase && (isLiteral || pattern.AsSpan().IndexOfAny(Special) < 0))
        {
            _literal = pattern;
            _literalBytes = Encoding.UTF8.GetBytes(pattern);
            return;
        }

        var options = RegexOptions.CultureInvariant | RegexOptions.Multiline | (ignoreCase ? RegexOptions.IgnoreCase : 0);
        var text = isLiteral ? Regex.Escape(pattern) : pattern;
        _linesAlone = WholeTextMarks.Any(mark => text.Contains(mark, StringComparison.Ordinal));
        _regex = Build(text, options);
    }

    /// <summary>Whether a file can hold a match at all, judged by its bytes.</summary>
    public bool MayMatch(ReadOnlySpan<byte> content) => _literal is null || content.IndexOf(_literalBytes) >= 0;

    /// <summary>The first line from a position on that matches: where the line begins, ends, and where in the text its match is. Null
    /// too when the deadline, a timestamp of <see cref="Stopwatch"/>, has passed.</summary>
    public (int Start, int End, int Match)? Next(ReadOnlySpan<char> text, int from, long deadline)
    {
        for (var tries = 0; from < text.Length && Stopwatch.GetTimestamp() <= deadline; tries++)
        {
            // A pattern that keeps matching across lines would read the rest of the text for each line.
            var at = _linesAlone || tries > WideTries ? from : Find(text, from);
            if (at < 0 || at >= text.Length)
            {
                return null;
            }

            var start = text[..at].LastIndexOf('\n') + 1;
            var feed = text[at..].IndexOf('\n');
            var end = feed < 0 ? text.Length : at + feed;
            if (FindInLine(text[start..end]) is >= 0 and var match)
            {
                return (start, end, start + match);
            }

            from = end + 1;
        }

        return null;
    }

    private int Find(ReadOnlySpan<char> text, int from)
    {
        if (_literal is not null)
        {
            var at = text[from..].IndexOf(_literal);
            return at < 0 ? -1 : from + at;
        }

        foreach (var match in _regex!.EnumerateMatches(text, from))
        {
            return match.Index;
        }

        return -1;
    }

    private int FindInLine(ReadOnlySpan<char> line)
    {
        if (_literal is not null)
        {
            return line.IndexOf(_literal);
        }

        foreach (var match in _regex!.EnumerateMatches(line))
        {
            return match.Index;
        }

        return -1;
    }

    private static Regex Build(string pattern, RegexOptions options)
    {
        RefuseLargeRepeats(pattern);
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking, Timeout);
        }
        catch (NotSupportedException)
        {
            // Look-around and back-references need the backtracking engine.
            return new Regex(pattern, options, Timeout);
        }
        catch (RegexParseException exception)
        {
            throw new FileException(
                FileErrorKind.Invalid, $"The pattern is not a regular expression: {exception.Message} Escape special characters with a backslash, or set literal.", exception);
        }
    }

    // Nested counts unroll to their product of states before the first match.
    private static void RefuseLargeRepeats(string pattern)
    {
        var product = 1L;
        for (var open = pattern.IndexOf('{'); open >= 0; open = pattern.IndexOf('{', open + 1))
        {
            var close = pattern.IndexOf('}', open);
            var counts = close < 0 ? [] : pattern[(open + 1)..close].Split(',');
            if (counts.Length is 1 or 2 && counts.All(count => count.Length == 0 || count.All(char.IsAsciiDigit)))
            {
                product = Math.Min(product * counts.Max(count => Math.Max(1, long.TryParse(count, out var value) ? value : count.Length == 0 ? 1 : long.MaxValue / 2)), int.MaxValue);
            }
        }

        if (product > MaxRepeat)
        {
            throw new FileException(FileErrorKind.Invalid, $"The pattern's counts multiply to more than {MaxRepeat}. Use smaller counts, * or +.");
        }
    }
}
