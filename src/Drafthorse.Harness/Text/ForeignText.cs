using System.Buffers;
using System.Globalization;
using System.Text;

namespace Drafthorse.Harness.Text;

/// <summary>
/// Text from outside, made fit to be shown: what would steer a terminal, reorder or hide text, or forge a line becomes visible. Control
/// characters become their pictures (ESC is ␛), other invisible ones their code (<c>&lt;U+202E&gt;</c>), half a surrogate pair U+FFFD.
/// </summary>
internal static class ForeignText
{
    private const int Joiner = 0x200D, NonJoiner = 0x200C;

    /// <summary>The text with its lines and tabs kept; each line end is a line feed.</summary>
    public static string Visible(string? text) => Show(text ?? "", keepsLines: true);

    /// <summary>The text as one line: its line ends become visible too, tabs become spaces.</summary>
    public static string Line(string? text) => Show(text ?? "", keepsLines: false);

    /// <summary>A file's name as one line; bytes of it that are not UTF-8 become <c>\xFF</c>. See <see cref="Sandbox.Files.FileName"/>.</summary>
    public static string Name(string? name)
    {
        var text = new StringBuilder();
        for (var rest = name.AsSpan(); rest.Length > 0;)
        {
            var isText = Rune.DecodeFromUtf16(rest, out _, out var length) == OperationStatus.Done;
            if (!isText && rest[0] is >= '\uDC80' and <= '\uDCFF')
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{rest[0] - 0xDC00:X2}");
            }
            else
            {
                text.Append(rest[..length]);
            }

            rest = rest[length..];
        }

        return Line(text.ToString());
    }

    /// <summary>The text with each half of a surrogate pair as U+FFFD: what can be written as UTF-8.</summary>
    public static string WellFormed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('\uD800', '\uDFFF') is var at and >= 0; rest = rest[(at + 2)..])
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out _) != OperationStatus.Done)
            {
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            }
        }

        return text;
    }

    /// <summary>Whether a character steers, reorders or hides text, or shows as nothing. Line feed and tab are among them.</summary>
    public static bool IsHidden(Rune character) => character.Value switch
    {
        < 0x20 or (>= 0x7F and <= 0x9F) => true,
        < 0xAD => false,
        // Marks of Arabic and Kaithi numbers are of the category of formats, and yet seen.
        (>= 0x600 and <= 0x605) or 0x6DD or 0x8E2 or 0x890 or 0x891 or 0x110BD or 0x110CD => false,
        0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or 0xFFA0 => true,
        (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF) => true,
        _ => Rune.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator,
    };

    /// <summary>Appends a piece of text; the character before it and the one behind it decide about joiners and selectors.</summary>
    internal static Rune Append(StringBuilder shown, ReadOnlySpan<char> text, Rune before, bool keepsLines)
    {
        while (text.Length > 0)
        {
            Rune.DecodeFromUtf16(text, out var rune, out var length);
            text = text[length..];
            if (keepsLines && rune.Value == '\r' && text is ['\n', ..])
            {
                continue;
            }

            if (!IsHidden(rune) || (keepsLines && (rune.Value is '\n' or '\t')) || IsPartOfCharacter(before, rune, text))
            {
                shown.Append(rune);
                before = rune;
            }
            else
            {
                AppendPicture(shown, rune);
                before = default;
            }
        }

        return before;
    }

    /// <summary>A joiner within a word of a script, or within an emoji; one selector of a character's shape. More of them carry messages.</summary>
    private static bool IsPartOfCharacter(Rune before, Rune rune, ReadOnlySpan<char> behind) => rune.Value switch
    {
        Joiner or NonJoiner => IsJoined(before, allowsSelector: true) && Rune.DecodeFromUtf16(behind, out var next, out _) == OperationStatus.Done && IsJoined(next, allowsSelector: false),
        >= 0xFE00 and <= 0xFE0F => !IsHidden(before) && (before.Value >= 0x80 || before.Value is (>= '0' and <= '9') or '#' or '*'),
        _ => false,
    };

    private static bool IsJoined(Rune rune, bool allowsSelector) =>
        rune.Value >= 0x80 && rune.Value != Rune.ReplacementChar.Value
        && (!IsHidden(rune) || (allowsSelector && rune.Value == 0xFE0F))
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherLetter or UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol
            or UnicodeCategory.MathSymbol or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static void AppendPicture(StringBuilder shown, Rune rune)
    {
        switch (rune.Value)
        {
            case '\t':
                shown.Append(' ');
                break;
            case < 0x20:
                shown.Append((char)(0x2400 + rune.Value));
                break;
            case 0x7F:
                shown.Append('␡');
                break;
            default:
                shown.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
                break;
        }
    }

    private static string Show(string text, bool keepsLines)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        Append(shown, text, default, keepsLines);
        return shown.ToString();
    }
}
