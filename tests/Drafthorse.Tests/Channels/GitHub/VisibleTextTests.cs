using Drafthorse.Channels.GitHub.Inbound;

namespace Drafthorse.Tests.Channels.GitHub;

public class VisibleTextTests
{
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
}
