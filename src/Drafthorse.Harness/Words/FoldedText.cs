using System.Globalization;
using System.Text;

namespace Drafthorse.Harness.Words;

/// <summary>
/// A text as it is compared, not as it is shown: lower case, compatibility forms (full-width letters) folded, all dashes and spaces
/// alike, and without characters that nobody sees. Each of its characters knows where it came from.
/// </summary>
internal sealed class FoldedText
{
    private readonly List<int> _ends;

    private FoldedText(string text, List<int> ends) => (Text, _ends) = (text, ends);

    public string Text { get; }

    public static FoldedText Of(string text)
    {
        var (folded, ends, end) = (new StringBuilder(text.Length), new List<int>(text.Length), 0);
        foreach (var rune in text.EnumerateRunes())
        {
            end += rune.Utf16SequenceLength;
            if (rune.IsAscii)
            {
                if (Ascii((char)rune.Value) is { } ascii)
                    folded.Append(ascii);
            }
            else
            {
                folded.Append(Fold(rune));
            }

            while (ends.Count < folded.Length)
                ends.Add(end);
        }

        return new FoldedText(folded.ToString(), ends);
    }

    /// <summary>Where the character that became the one at <paramref name="index"/> ends in the text.</summary>
    public int EndOf(int index) => _ends[index];

    private static char? Ascii(char value) => value switch
    {
        '\n' => value,
        '\t' => ' ',
        < ' ' or (char)127 => null,
        _ => char.ToLowerInvariant(value),
    };

    private static string Fold(Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark:
                return rune.Value is 0x85 ? "\n" : "";
            case UnicodeCategory.DashPunctuation:
                return "-";
            case UnicodeCategory.SpaceSeparator:
                return " ";
            case UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                return "\n";
            default:
                return Compatible(rune.Value)?.ToLowerInvariant() ?? Rune.ToLowerInvariant(rune).ToString();
        }
    }

    /// <summary>
    /// The ASCII that a character stands for, or null. The mappings of Unicode's compatibility decomposition that spell words of ASCII: the
    /// program has no globalization data, without which <see cref="string.Normalize()"/> changes nothing.
    /// </summary>
    private static string? Compatible(int value) => value switch
    {
        // The Hangul fillers are letters that have no shape.
        0x115F or 0x1160 or 0x3164 or 0xFFA0 => "",
        >= 0xFF01 and <= 0xFF5E => ((char)(value - 0xFEE0)).ToString(),
        0xFE55 => ":",
        0xFE5F => "#",
        0xFE61 => "*",
        0xFE66 => "=",
        0xFE6B => "@",
        0x017F => "s",
        0xFB00 => "ff",
        0xFB01 => "fi",
        0xFB02 => "fl",
        0xFB03 => "ffi",
        0xFB04 => "ffl",
        0xFB05 or 0xFB06 => "st",
        >= 0x24B6 and <= 0x24E9 => ((char)('a' + ((value - 0x24B6) % 26))).ToString(),
        >= 0x1D400 and <= 0x1D6A3 => ((char)('a' + ((value - 0x1D400) % 26))).ToString(),
        >= 0x1D7CE and <= 0x1D7FF => ((char)('0' + ((value - 0x1D7CE) % 10))).ToString(),
        _ => null,
    };
}
