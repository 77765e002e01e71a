using System.Text.RegularExpressions;

namespace Drafthorse.Harness.Drafts;

/// <summary>Makes the words of a model or of an issue fit for a commit message: they read the same, but stop no CI, close no issue, call
/// nobody and credit nobody. An invisible zero-width space is put where a code host would otherwise see something to act on.</summary>
internal static partial class CommitWords
{
    private const string Break = "\u200B";

    public static string Harmless(string text) => Active().Replace(text, match => match.Value[..1] + Break + match.Value[1..]);

    // What skips CI on GitHub, GitLab and others; a mention; a trailer; a closing keyword with an issue soon after.
    [GeneratedRegex(
        """
        \[(?=(?:skip|no)[\ -](?:ci|actions)\]|(?:ci|actions)[\ -]skip\])
        | \*(?=\*\*NO_CI\*\*\*)
        | ^skip-checks(?=\s*:)
        | (?<![A-Za-z0-9])@(?=[A-Za-z0-9])
        | ^[^\S\n]*[A-Za-z][A-Za-z-]*-by(?=\s*:)
        | (?<![A-Za-z0-9])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|implement(?:s|ed)?)(?![A-Za-z0-9])(?=[\s\S]{0,120}?(?:\#\s*\d|gh-\d|/(?:issues|pull|work_items|merge_requests)/\d))
        """,
        RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Active();
}
