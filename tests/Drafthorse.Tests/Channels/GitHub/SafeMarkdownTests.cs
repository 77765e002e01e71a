using System.Text.RegularExpressions;
using Drafthorse.Channels.GitHub.Commenting;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Markdig;

namespace Drafthorse.Tests.Channels.GitHub;

public class SafeMarkdownTests
{
    private static readonly string[] Hostile =
    [
        "@octo/everyone", "@octocat", "\n@", "`@x`", "&#64;x", "&commat;x", "&#x40;x", "Closes #12", "fixes: octo/other#3", "RESOLVED https://github.com/o/r/issues/9", "Close GH-4",
        "<!-- drafthorse:draft thread=00000000-0000-0000-0000-000000000000 -->", "<!--", "-->", "![](https://evil.example/?x)", "<img src=x>", "<IMG\nsrc=x>", "```", "``", "|", "\r\n", "\ud800", "\u202e", "**", "#7", " ",
    ];

    [Theory]
    [InlineData("Hello world, a @ b, mail me@example.org", "Hello world, a @ b, mail me@example.org")]
    [InlineData("Fix the parser", "Fix the parser")]
    [InlineData("See #12", "See #12")]
    [InlineData("if (a < b && c > d) `x`", "if (a < b && c > d) `x`")]
    [InlineData("[link](https://example.org)", "[link](https://example.org)")]
    public void Of_Harmless_IsLeftAlone(string text, string expected) => Assert.Equal(expected, SafeMarkdown.Of(text));

    [Theory]
    [InlineData("```")]
    [InlineData("text\n~~~~ sh\ncode")]
    [InlineData("```` x\n```")]
    [InlineData("```\na\n```\n```")]
    [InlineData("   ```")]
    [InlineData("- ```\n  open in a list")]
    [InlineData("> ```\n> open in a quotation")]
    [InlineData("1. a\n\n   ~~~\n   b")]
    [InlineData("<details><summary>x</summary>")]
    [InlineData("<!-- open")]
    [InlineData("<!--> -->")]
    [InlineData("<pre>")]
    [InlineData("<table><tr><td>")]
    [InlineData("<sub>x")]
    [InlineData("<?php")]
    [InlineData("<![CDATA[")]
    [InlineData("<script>")]
    [InlineData("</details>")]
    [InlineData("**a _b [c](d")]
    [InlineData("| a |\n|---|\n| b")]
    [InlineData("[real]: https://evil.example")]
    [InlineData("text\n[a\nreal]: <https://evil.example>")]
    public void Of_WhateverIsOpened_WhatStandsBehindIsNotInIt(string text)
    {
        var html = Markdown.ToHtml($"{SafeMarkdown.Of(text)}\n\n## Behind\n\n[real]", new MarkdownPipelineBuilder().UseAdvancedExtensions().Build());

        Assert.EndsWith("Behind</h2>\n<p>[real]</p>\n", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<(details|summary|pre>x|table><tr><td>|sub|script|!--|\\?)", html);
    }

    [Property]
    public void Of_AnyText_OpensNothing(NonNull<string> text)
    {
        var html = Markdown.ToHtml($"{SafeMarkdown.Of(text.Get + "\n```\n" + text.Get)}\n\n## Behind");

        Assert.EndsWith("<h2>Behind</h2>\n", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("``` sh")]
    [InlineData("~~~")]
    public void Line_FenceAtItsStart_IsNone(string text) =>
        Assert.EndsWith("<h2>Behind</h2>\n", Markdown.ToHtml($"{SafeMarkdown.Line(text, 100)}\n\n## Behind"), StringComparison.Ordinal);

    [Fact]
    public void Cell_BackslashBeforeAPipe_StaysInItsCell() =>
        Assert.DoesNotContain("\\\\|", SafeMarkdown.Cell("a\\| passed |", 100), StringComparison.Ordinal);

    [Fact]
    public void Of_AnyMixOfHostileParts_ActsOnNothing() =>
        Prop.ForAll(
            Gen.Elements(Hostile).ListOf().Select(string.Concat).ToArbitrary(),
            text =>
            {
                var safe = SafeMarkdown.Of(text);
                Assert.DoesNotMatch("(?<![A-Za-z0-9])@[A-Za-z0-9]", safe);
                Assert.DoesNotContain("<!--", safe, StringComparison.Ordinal);
                Assert.DoesNotContain("![", safe, StringComparison.Ordinal);
                Assert.DoesNotMatch(new Regex("<img|&#|&commat", RegexOptions.IgnoreCase), safe);
                Assert.DoesNotMatch(new Regex(@"\b(close[sd]?|fix(e[sd])?|resolve[sd]?)\b:?\s+\S*(#|gh-|issues/)\d", RegexOptions.IgnoreCase), safe);
                Assert.DoesNotContain('\u202e', safe);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("/approve")]
    [InlineData("done\n  /lgtm cancel")]
    [InlineData("bors r+")]
    public void Of_LineThatOtherBotsObey_IsBroken(string text) =>
        Assert.Matches("(?m)^\\s*(/\u200B[a-z]|bo\u200Brs)", SafeMarkdown.Of(text));

    [Fact]
    public void Of_PathInALine_IsLeftAlone() => Assert.Equal("see /etc/hosts", SafeMarkdown.Of("see /etc/hosts"));

    [Fact]
    public void Of_ClosingKeywordBehindMarkup_IsBroken()
    {
        foreach (var text in new[] { "Closes **#12**", "fixes\n#12", "Resolves [#12](x)", "closed: [x](https://github.com/o/r/pull/3)" })
            Assert.Contains('\u200b', SafeMarkdown.Of(text));
    }

    [Fact]
    public void Of_TooLong_IsCutBetweenCharacters()
    {
        var safe = SafeMarkdown.Of(new string('a', 9) + "😀 tail", 10);

        Assert.Equal("aaaaaaaaa […]", safe);
    }

    [Fact]
    public void Block_TextWithFences_CannotEndTheBlock()
    {
        var block = SafeMarkdown.Block("a\n`````\n@team", 1000);

        Assert.StartsWith("``````text\n", block, StringComparison.Ordinal);
        Assert.EndsWith("\n``````", block, StringComparison.Ordinal);
    }

    [Fact]
    public void Cell_CommandWithPipesAndTicks_StaysInItsCell()
    {
        var cell = SafeMarkdown.Cell("grep `a|b`\n| c", 1000);

        Assert.Equal("`` grep `a\\|b` \\| c ``", cell);
    }
}
