using System.Text;
using Drafthorse.Harness.Text;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>
/// Markdown as a person sees it: text inside HTML comments is not shown to anyone, so it is not shown to the model either. One pass,
/// linear in the length.
/// </summary>
internal static class VisibleText
{
    /// <summary>The text as a person sees it: without HTML comments, and without characters that have no shape or turn the direction
    /// of what follows (text written in Unicode's tag characters is read by models and seen by nobody).</summary>
    public static string Of(string markdown)
    {
        var text = WithoutComments(markdown);
        return text.EnumerateRunes().All(IsSeen) ? text : string.Concat(text.EnumerateRunes().Where(IsSeen));
    }

    /// <summary>The text without its HTML comments; those inside code fences are code and stay.</summary>
    public static string WithoutComments(string markdown)
    {
        if (!markdown.Contains("<!--", StringComparison.Ordinal))
            return markdown;

        var result = new StringBuilder(markdown.Length);
        var fence = default(Fence);
        var end = -1;
        for (var start = 0; start < markdown.Length;)
        {
            // Many comments in one line share its end: looking for it after each would take quadratic time.
            end = start > end ? LineEnd(markdown, start) : end;
            var next = Math.Min(end + 1, markdown.Length);
            var open = fence.Takes(markdown.AsSpan(start, end - start)) ? -1 : markdown.AsSpan(start, end - start).IndexOf("<!--");
            if (open < 0)
            {
                result.Append(markdown, start, next - start);
                start = next;
                continue;
            }

            result.Append(markdown, start, open);
            // "<!-->" and "<!--->" are whole comments (CommonMark 0.31, section 6.6).
            var close = markdown.IndexOf("-->", start + open + 2, StringComparison.Ordinal);
            if (close < 0)
                break;
            start = close + 3;
        }

        return result.ToString();
    }

    private static bool IsSeen(Rune rune) => rune.Value is '\n' or '\r' or '\t' || !ForeignText.IsHidden(rune);

    private static int LineEnd(string text, int start) => text.IndexOf('\n', start) is var end and >= 0 ? end : text.Length;

    private static int RunLength(ReadOnlySpan<char> text, char of)
    {
        var length = text.IndexOfAnyExcept(of);
        return length < 0 ? text.Length : length;
    }

    /// <summary>The code fence that the lines read so far are in, if any.</summary>
    private struct Fence
    {
        private char _mark;
        private int _length;

        /// <summary>Whether the line opens, fills or closes a fence.</summary>
        public bool Takes(ReadOnlySpan<char> line)
        {
            var text = line.TrimStart(' ');
            var mark = text.Length > 0 ? text[0] : ' ';
            var length = mark is '`' or '~' && line.Length - text.Length <= 3 ? RunLength(text, mark) : 0;
            if (_length > 0)
            {
                if (mark == _mark && length >= _length && text[length..].Trim().IsEmpty)
                    _length = 0;
                return true;
            }

            if (length < 3 || (mark == '`' && text[length..].Contains('`')))
                return false;
            (_mark, _length) = (mark, length);
            return true;
        }
    }
}
