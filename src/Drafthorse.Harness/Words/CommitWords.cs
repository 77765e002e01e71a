using System.Text;
using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Words;

/// <summary>
/// The one filter for words that may become a commit message or a draft's text, whoever wrote them (a model, an issue's author): they
/// read the same, but stop no CI, close no issue, call nobody and credit nobody. An invisible zero-width space is put where a code host
/// or CI would otherwise see something to act on, in whatever spelling.
/// </summary>
internal static partial class CommitWords
{
    private const char Break = '\u200B';

    /// <summary>The text with nothing in it to act on. What is harmless already stays as it is.</summary>
    public static string Harmless(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = FoldedText.Of(text);
        SortedSet<int>? breaks = null;
        foreach (var active in new[] { Directive(), Credit(), Closing(), Mention() })
        {
            foreach (var match in active.EnumerateMatches(folded.Text))
            {
                if (!IsBroken(text, folded.EndOf(match.Index)))
                    (breaks ??= []).Add(folded.EndOf(match.Index));
            }
        }

        if (breaks is null)
            return text;
        var (harmless, from) = (new StringBuilder(text.Length + breaks.Count), 0);
        foreach (var at in breaks)
        {
            harmless.Append(text, from, at - from).Append(Break);
            from = at;
        }

        return harmless.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The first word of a commit message that CI or a code host obeys, or null: an instruction to CI, a credit, a closed issue.</summary>
    /// <param name="message">The message.</param>
    /// <param name="allowed">A line that may stand in it, such as the trailer that credits who asked; or null.</param>
    public static string? FindActive(string message, string? allowed = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (allowed is not null)
            message = string.Join('\n', message.Split('\n').Where(line => line.TrimEnd() != allowed));
        var folded = FoldedText.Of(message);
        foreach (var active in new[] { Directive(), Credit(), Closing() })
        {
            foreach (var match in active.EnumerateMatches(folded.Text))
            {
                if (!IsBroken(message, folded.EndOf(match.Index)))
                    return folded.Text.Substring(match.Index, Math.Min(30, folded.Text.Length - match.Index)).Split('\n')[0];
            }
        }

        return null;
    }

    /// <summary>The text without what CI obeys, for names that are made of it.</summary>
    internal static string WithoutDirectives(string text)
    {
        var folded = FoldedText.Of(text).Text;
        return Directive().IsMatch(folded) ? WholeDirective().Replace(folded, " ") : text;
    }

    private static bool IsBroken(string text, int at) => at < text.Length && text[at] == Break;

    // What skips CI, or steers a release: [skip ci], [ci skip], [no-ci], [skip netlify] and their kind; ***NO_CI***; trailers and marks.
    [GeneratedRegex(
        """
        \[(?=[\s*]*(?:(?:skip|no|disable)[\s_:-]+[a-z0-9][a-z0-9\s,._:-]{0,40}|[a-z0-9][a-z0-9\s,._-]{0,40}[\s_:-]skip(?:ped)?[\s*]*)\])
        | (?<=\*\s*)n(?=o[\s_-]*ci(?![a-z0-9]))
        | (?<![a-z0-9])(?:
            skip[\s_-]*(?:checks?|ci|actions|tests?|builds?|deploy(?:ments?)?|release)
            | (?:no|ci)[\s_-]+(?:ci|checks?|skip|verify|tests?)
            | release[\s_-]*as | commit-queue | cq-[a-z-]{1,30} | auto-?submit | semver
          )(?=\s*[:=])
        | (?<![a-z0-9])begin[\s_]+commit[\s_]+override
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Directive();

    [GeneratedRegex(@"\[[^\]]{0,80}\]|\**\s*no[\s_-]*ci\s*\**", RegexOptions.CultureInvariant)]
    private static partial Regex WholeDirective();

    // Trailers that grant credit: Signed-off-by, Co-authored-by and every other -by; On-behalf-of.
    [GeneratedRegex(
        """
        (?<![a-z0-9-])(?:[a-z]{1,20}(?:[^\S\n]{0,8}-\s{0,8}[a-z]{1,20}){0,3}[^\S\n]{0,8}-\s{0,8}by | on\s*-\s*behalf\s*-\s*of)(?=\s*:)
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Credit();

    // A closing keyword with an issue soon after.
    [GeneratedRegex(
        """
        (?<![a-z0-9])(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?|duplicate\s+of)(?![a-z0-9])
        (?=[\s\S]{0,120}?(?:\#\s*\d|gh-\d|/(?:issues|pull|work_items|merge_requests)/\d))
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Closing();

    [GeneratedRegex("(?<![a-z0-9])@(?=[a-z0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Mention();
}
