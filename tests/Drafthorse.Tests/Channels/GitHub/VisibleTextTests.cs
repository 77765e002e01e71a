using System.Diagnostics;
using Drafthorse.Channels.GitHub.Inbound;

namespace Drafthorse.Tests.Channels.GitHub;

public class VisibleTextTests
{
    [Theory]
    [InlineData("@drafthorse fix it", " fix it")]
    [InlineData("Hello @Drafthorse: fix it", ": fix it")]
    [InlineData("(@drafthorse)", ")")]
    [InlineData("first\n\n@drafthorse\nsecond", "\nsecond")]
    [InlineData("`@drafthorse` no, @drafthorse yes", " yes")]
    [InlineData("`unclosed @drafthorse go", " go")]
    [InlineData("```\ncode\n```\n@drafthorse go", " go")]
    [InlineData("> quoted\n\n@drafthorse go", " go")]
    [InlineData("<!-- hidden -->@drafthorse go", " go")]
    public void AfterMention_Called_IsWhatFollows(string markdown, string after) =>
        Assert.Equal(after, VisibleText.AfterMention(markdown, "@drafthorse"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("drafthorse")]
    [InlineData("@drafthorses")]
    [InlineData("@drafthorse-bot")]
    [InlineData("@drafthorse/team")]
    [InlineData("@drafthorse[bot]")]
    [InlineData("me@drafthorse")]
    [InlineData("x/@drafthorse")]
    [InlineData("@@drafthorse")]
    [InlineData("`@drafthorse`")]
    [InlineData("`` a ` @drafthorse ``")]
    [InlineData("```\n@drafthorse\n```")]
    [InlineData("~~~~\n@drafthorse\n~~~\n@drafthorse")]
    [InlineData("```\n@drafthorse never closed")]
    [InlineData("> @drafthorse")]
    [InlineData("   > @drafthorse")]
    [InlineData("<!-- @drafthorse -->")]
    [InlineData("<!-- @drafthorse\n\n@drafthorse")]
    public void AfterMention_NotCalled_IsNull(string? markdown) =>
        Assert.Null(VisibleText.AfterMention(markdown, "@drafthorse"));

    [Theory]
    [InlineData("a <!-- b --> c", "a  c")]
    [InlineData("a <!-- b\nb --> c\nd", "a  c\nd")]
    [InlineData("a <!-- never closed\nb", "a ")]
    [InlineData("a <!--> b --> c", "a  b --> c")]
    [InlineData("a <!---> b", "a  b")]
    [InlineData("```\n<!-- code -->\n```\n<!-- x -->y", "```\n<!-- code -->\n```\ny")]
    public void WithoutComments_Hidden_IsTakenOut(string markdown, string visible) =>
        Assert.Equal(visible, VisibleText.WithoutComments(markdown));

    [Theory]
    [InlineData("fix\u200b it\ufeff", "fix it")]
    [InlineData("a\u202egnp.exe", "agnp.exe")]
    [InlineData("hi \U000E0069\U000E0067\U000E006E\U000E006F\U000E0072\U000E0065", "hi ")]
    [InlineData("bell\u0007, line\nend\r\n\ttab", "bell, line\nend\r\n\ttab")]
    [InlineData("Grüße 修复 😀", "Grüße 修复 😀")]
    public void Of_WhatNobodySees_IsTakenOut(string markdown, string visible) => Assert.Equal(visible, VisibleText.Of(markdown));

    [Theory]
    [InlineData("`")]
    [InlineData("<!--")]
    [InlineData("<!-- -->")]
    [InlineData("@drafthorse_")]
    [InlineData("` `` ```` ")]
    [InlineData("\n```\n> ")]
    public void AfterMention_HostileRepetition_StaysFast(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 400_000 / part.Length)) + " @drafthorse_";
        var started = Stopwatch.GetTimestamp();

        VisibleText.AfterMention(text, "@drafthorse");

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
    }
}
