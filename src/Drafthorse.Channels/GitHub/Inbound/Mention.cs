using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Drafthorse.Channels.GitHub.Inbound;

/// <summary>Finds where a text calls the agent in its writer's own words: a mention in code or in a quotation calls nobody.</summary>
internal static partial class Mention
{
    /// <summary>The longest text that GitHub lets people write; what is longer is not looked into.</summary>
    private const int Longest = 65_536;

    /// <summary>What the code host puts behind the name of an App.</summary>
    private const string AppSuffix = "[bot]";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePreciseSourceLocation().UsePipeTables().Build();

    /// <summary>The text right after the first mention that calls, or null when nobody is called.</summary>
    public static string? TextAfter(string? markdown, string mention)
    {
        if (string.IsNullOrEmpty(markdown) || !WithTypedSign(markdown).Contains(mention, StringComparison.OrdinalIgnoreCase))
            return null;

        var text = VisibleText.Of(markdown);
        var looked = text.Length <= Longest ? text : text[..Longest];
        var typed = WithTypedSign(looked);
        List<SourceSpan>? others = null;
        for (var at = 0; (at = typed.IndexOf(mention, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += mention.Length)
        {
            var end = at + mention.Length;
            if (!mention.EndsWith(AppSuffix, StringComparison.OrdinalIgnoreCase) && typed.AsSpan(end).StartsWith(AppSuffix, StringComparison.OrdinalIgnoreCase))
                end += AppSuffix.Length;
            if (!IsWhole(typed, at, end))
                continue;
            others ??= NotOwnWords(looked);
            if (!others.Exists(span => span.Start <= at && at <= span.End))
                return text[end..];
        }

        return null;
    }

    /// <summary>Input methods for Chinese, Japanese and Korean type a wide or a small sign.</summary>
    private static string WithTypedSign(string text) => text.Replace('\uFF20', '@').Replace('\uFE6B', '@');

    /// <summary>
    /// Whether nothing around it makes it another name. A login has ASCII letters, digits, hyphens and (given by an enterprise) underscores;
    /// it ends at the first character that none can have, as text in many scripts knows no spaces. Before it may not be what makes an
    /// address or a path of it; a dot with more behind it makes a host name of it.
    /// </summary>
    private static bool IsWhole(string text, int at, int end)
    {
        var before = at == 0 ? ' ' : text[at - 1];
        var after = end == text.Length ? ' ' : text[end];
        return !IsOfLogin(before) && before is not ('@' or '/' or '.' or '+' or '=')
            && !IsOfLogin(after) && after is not ('/' or '@')
            && !(after == '.' && end + 1 < text.Length && char.IsAsciiLetterOrDigit(text[end + 1]));
    }

    private static bool IsOfLogin(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    /// <summary>Code and quotations, in Markdown and in HTML. All of it where it cannot be told.</summary>
    private static List<SourceSpan> NotOwnWords(string text)
    {
        List<SourceSpan> spans;
        try
        {
            spans = [.. Markdown.Parse(text, Pipeline).Descendants().Where(part => part is QuoteBlock or CodeBlock or CodeInline).Select(SpanOf)];
        }
        catch (ArgumentException)
        {
            return [new SourceSpan(0, text.Length)];
        }

        var code = spans.Count;
        var (depth, start) = (0, 0);
        foreach (var tag in QuotingTag().EnumerateMatches(text))
        {
            var at = tag.Index;
            if (spans.FindIndex(0, code, span => span.Start <= at && at <= span.End) >= 0)
                continue;
            if (text[at + 1] != '/')
                start = depth++ == 0 ? at : start;
            else if (depth > 0 && --depth == 0)
                spans.Add(new SourceSpan(start, at));
        }

        if (depth > 0)
            spans.Add(new SourceSpan(start, text.Length));
        return spans;
    }

    /// <summary>The span of a fence that is never closed is its first line's only.</summary>
    private static SourceSpan SpanOf(MarkdownObject part) => part is CodeBlock { Lines: { Count: > 0 } lines }
        ? new SourceSpan(part.Span.Start, Math.Max(part.Span.End, lines.Lines[lines.Count - 1].Slice.End))
        : part.Span;

    [GeneratedRegex("</?(?:blockquote|pre|code|q|samp|kbd|tt)(?=[\\s/>])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex QuotingTag();
}
