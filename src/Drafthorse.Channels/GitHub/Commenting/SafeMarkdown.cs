using System.Text;
using System.Text.RegularExpressions;

namespace Drafthorse.Channels.GitHub.Commenting;

/// <summary>
/// Makes text of unknown intent (a model's, a command's output) fit to be posted under our name: it still reads the same, but notifies
/// nobody, closes no issue, loads no picture from elsewhere and cannot pass for one of our markers. An invisible zero-width space is
/// put where GitHub would otherwise see something to act on, in code too: where GitHub sees code and where it does not is not ours to guess.
/// </summary>
internal static partial class SafeMarkdown
{
    /// <summary>GitHub takes 65,536 characters in a body; the rest is ours.</summary>
    public const int MaxLength = 50_000;

    private const char Break = '\u200B';

    /// <summary>The text, harmless, and cut to <paramref name="maxLength"/> characters.</summary>
    public static string Of(string? text, int maxLength = MaxLength)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "";

        var cut = Cut(text, maxLength);
        var clean = new StringBuilder(cut.Length);
        foreach (var rune in cut.EnumerateRunes())
        {
            if (IsShown(rune))
                clean.Append(rune.ToString());
        }

        var safe = ActiveStart().Replace(clean.ToString(), match => match.Value[..1] + Break + match.Value[1..]);
        safe = ClosingKeyword().Replace(safe, match => match.Value[..2] + Break + match.Value[2..]);
        return BotCommand().Replace(safe, match => match.Value + Break).Trim();
    }

    /// <summary>One line of harmless text, for titles.</summary>
    public static string Line(string? text, int maxLength)
    {
        var line = Of(string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), maxLength);
        return line;
    }

    /// <summary>Harmless text as a code block that it cannot end.</summary>
    public static string Block(string? text, int maxLength)
    {
        var safe = Of(text, maxLength);
        var fence = new string('`', Math.Max(3, LongestRun(safe) + 1));
        return $"{fence}text\n{safe}\n{fence}";
    }

    /// <summary>Harmless text as a code span in a table's cell.</summary>
    public static string Cell(string? text, int maxLength)
    {
        var safe = Line(text, maxLength).Replace("|", "\\|", StringComparison.Ordinal);
        var ticks = new string('`', LongestRun(safe) + 1);
        return safe.Length == 0 ? "" : $"{ticks} {safe} {ticks}";
    }

    private static string Cut(string text, int maxLength)
    {
        if (text.Length <= maxLength)
            return text;
        var end = char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
        return text[..end] + " […]";
    }

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    /// <summary>Not control characters, nor those that reorder or hide text; EnumerateRunes has made lone surrogates U+FFFD.</summary>
    private static bool IsShown(Rune rune) => rune.Value is '\n' or '\t'
        || (!Rune.IsControl(rune) && rune.Value is not (>= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 or >= 0xE0000 and <= 0xE007F));

    // A mention; an entity that would become one, or a number sign; a comment or a tag that loads something; a picture.
    [GeneratedRegex(@"(?<![A-Za-z0-9])@(?=[A-Za-z0-9])|&(?=#|commat|num)|<(?=!|\?|/?(?:img|picture|source|video|audio|iframe|embed|object|svg)\b)|!(?=\[)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ActiveStart();

    // What other bots obey when it comes from an account that may write: a line that begins with /approve or bors r+.
    [GeneratedRegex(@"(?<=^[^\S\n]*)(?:/(?=[A-Za-z])|bo(?=rs\b))", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex BotCommand();

    // GitHub's closing keywords, when an issue is named soon after.
    [GeneratedRegex(@"(?<![A-Za-z0-9])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?![A-Za-z0-9])(?=[\s\S]{0,120}?(?:#\s*\d|gh-\d|/(?:issues|pull)/\d))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ClosingKeyword();
}
