using System.Text;

namespace Drafthorse.Harness.Guards;

/// <summary>By what the same result of a tool is known again: its text, without what differs by the clock alone.</summary>
internal static class ResultKey
{
    private static readonly string[] Units = ["ms", "s", "sec", "secs", "seconds", "min", "m"];

    /// <summary>The text with durations and times of day as <c>#</c>, and blanks as one space.</summary>
    public static string Of(string text)
    {
        var key = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length;)
        {
            var end = index;
            while (end < text.Length && char.IsAsciiDigit(text[end]) || end > index && end + 1 < text.Length && text[end] is '.' or ':' && char.IsAsciiDigit(text[end + 1]))
                end++;
            if (end > index)
            {
                key.Append(IsTime(text, index, end) ? "#" : text.AsSpan(index, end - index));
                index = end;
                continue;
            }

            if (!char.IsWhiteSpace(text[index]))
                key.Append(text[index]);
            else if (key.Length > 0 && key[^1] != ' ')
                key.Append(' ');
            index++;
        }

        return key.ToString();
    }

    private static bool IsTime(string text, int start, int end)
    {
        if (text.AsSpan(start, end - start).Contains(':'))
            return true;
        var unit = end < text.Length && text[end] == ' ' ? end + 1 : end;
        var after = unit;
        while (after < text.Length && after - unit < 8 && char.IsAsciiLetterLower(text[after]))
            after++;
        return Units.Contains(text[unit..after], StringComparer.Ordinal);
    }
}
