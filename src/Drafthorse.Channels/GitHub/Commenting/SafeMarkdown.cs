using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Words;
using Markdig;
using Markdig.Syntax;

namespace Drafthorse.Channels.GitHub.Commenting;

/// <summary>
/// Makes text of unknown intent (a model's, a command's output) fit to be posted under our name: it still reads the same, but notifies
/// nobody, closes no issue, loads no picture from elsewhere, cannot pass for one of our markers, and opens nothing that would swallow
/// what stands behind it. An invisible zero-width space is put where GitHub would otherwise see something to act on, in code too: where
/// GitHub sees code and where it does not is not ours to guess.
/// </summary>
internal static partial class SafeMarkdown
{
    /// <summary>GitHub takes 65,536 characters in a body; the rest is ours.</summary>
    public const int MaxLength = 50_000;

    private const char Break = '\u200B';
    private const string Behind = "behind";

    /// <summary>The text, harmless, and cut to <paramref name="maxLength"/> characters. What stands behind it, after a blank line, is not inside of it.</summary>
    public static string Of(string? text, int maxLength = MaxLength) => Closed(Clean(text, maxLength));

    /// <summary>One line of harmless text, for titles.</summary>
    public static string Line(string? text, int maxLength)
    {
        var line = Clean(string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), maxLength);
        return FenceStart().Replace(line, match => match.Value + Break);
    }

    /// <summary>Harmless text as a code block that it cannot end.</summary>
    public static string Block(string? text, int maxLength) => Fenced(Clean(text, maxLength));

    /// <summary>Harmless text as a code span in a table's cell.</summary>
    public static string Cell(string? text, int maxLength)
    {
        // A backslash right before ours would take its place.
        var safe = Line(text, maxLength).Replace("\\|", $"\\{Break}|", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
        var ticks = new string('`', LongestRun(safe) + 1);
        return safe.Length == 0 ? "" : $"{ticks} {safe} {ticks}";
    }

    private static string Clean(string? text, int maxLength)
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

        var safe = ActiveStart().Replace(CommitWords.Harmless(clean.ToString()), match => match.Value[..1] + Break + match.Value[1..]);
        return BotCommand().Replace(safe, match => match.Value + Break).Trim();
    }

    /// <summary>A fence is the only block that goes on past a blank line: HTML is broken, and all else ends there.</summary>
    private static string Closed(string text)
    {
        if (!text.Contains("```", StringComparison.Ordinal) && !text.Contains("~~~", StringComparison.Ordinal))
            return text;
        try
        {
            if (Ends(text))
                return text;
            var closed = Markdown.Parse(text).LastChild is FencedCodeBlock open ? $"{text}\n{new string(open.FencedChar, open.OpeningFencedCharCount)}" : text;
            if (Ends(closed))
                return closed;
        }
        catch (ArgumentException)
        {
            // Nested too deeply to be read.
        }

        return Fenced(text);
    }

    private static bool Ends(string text) =>
        Markdown.Parse($"{text}\n\n{Behind}").LastChild is ParagraphBlock { Span: var span } && span.Length == Behind.Length;

    private static string Fenced(string safe)
    {
        var fence = new string('`', Math.Max(3, LongestRun(safe) + 1));
        return $"{fence}text\n{safe}\n{fence}";
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

    /// <summary>Nothing that reorders or hides text, but for what joins emoji and for our own breaks; EnumerateRunes has made lone surrogates U+FFFD.</summary>
    private static bool IsShown(Rune rune) => rune.Value is '\n' or '\t' or Break or 0x200C or 0x200D or 0xFE0F || !ForeignText.IsHidden(rune);

    // An entity that would become a mention or a number sign; a comment or a tag of any kind; a picture; what a link or a footnote is defined by.
    [GeneratedRegex(@"&(?=#|commat|num)|<(?=[!?/a-z])|!(?=\[)|\](?=:)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ActiveStart();

    // What other bots obey when it comes from an account that may write: a line that begins with /approve or bors r+.
    [GeneratedRegex(@"(?<=^[^\S\n]*)(?:/(?=[A-Za-z])|bo(?=rs\b))", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex BotCommand();

    [GeneratedRegex("^(?:`(?=``)|~(?=~~))", RegexOptions.CultureInvariant)]
    private static partial Regex FenceStart();
}
