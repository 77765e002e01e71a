using System.Diagnostics;
using Drafthorse.Channels.GitHub.Inbound;

namespace Drafthorse.Tests.Channels.GitHub;

public class MentionTests
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
    [InlineData("- first\n- @drafthorse go", " go")]
    [InlineData("1. a\n   1. @drafthorse go", " go")]
    [InlineData("- > quoted\n\n@drafthorse go", " go")]
    [InlineData("<code>a</code> @drafthorse go", " go")]
    [InlineData("**@drafthorse** go", "** go")]
    [InlineData("| a |\n|---|\n| @drafthorse go |", " go |")]
    [InlineData("`</code>` `<code>` @drafthorse go", " go")]
    [InlineData("请@drafthorse修复这个问题", "修复这个问题")]
    [InlineData("@drafthorse修复", "修复")]
    [InlineData("これを@drafthorseで直して", "で直して")]
    [InlineData("고쳐줘@drafthorse야", "야")]
    [InlineData("\uFF20drafthorse 修复", " 修复")]
    [InlineData("请\uFE6Bdrafthorse，修复", "，修复")]
    [InlineData("@drafthorse：修复", "：修复")]
    [InlineData("🚀@drafthorse🚀 go", "🚀 go")]
    [InlineData("「@drafthorse」直して", "」直して")]
    [InlineData("é@drafthorseé", "é")]
    [InlineData("@drafthorse. Fix it", ". Fix it")]
    [InlineData("@drafthorse...", "...")]
    [InlineData("@drafthorse[bot] fix it", " fix it")]
    [InlineData("@Drafthorse[Bot]修复", "修复")]
    [InlineData("@drafthorse[link](https://example.org)", "[link](https://example.org)")]
    [InlineData("`@drafthorse`修复 @drafthorse", "")]
    public void TextAfter_Called_IsWhatFollows(string markdown, string after) =>
        Assert.Equal(after, Mention.TextAfter(markdown, "@drafthorse"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("drafthorse")]
    [InlineData("@drafthorses")]
    [InlineData("@drafthorse-bot")]
    [InlineData("@drafthorse/team")]
    [InlineData("@drafthorse[bot]s")]
    [InlineData("@drafthorse-other修复")]
    [InlineData("@drafthorse_corp")]
    [InlineData("a@drafthorse.dev")]
    [InlineData("用户@drafthorse.dev")]
    [InlineData("a+@drafthorse")]
    [InlineData("a\uFF20drafthorse")]
    [InlineData("`请@drafthorse修复`")]
    [InlineData("> 请@drafthorse修复")]
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
    [InlineData("- > @drafthorse")]
    [InlineData("1. a\n   > @drafthorse")]
    [InlineData("> quoted\n@drafthorse goes on in it")]
    [InlineData("> - @drafthorse")]
    [InlineData("    @drafthorse")]
    [InlineData("text\n\n\t@drafthorse")]
    [InlineData("- ```\n  @drafthorse\n  ```")]
    [InlineData("`over\n@drafthorse`")]
    [InlineData("<pre>\n@drafthorse\n</pre>")]
    [InlineData("<pre class=x>\n\n@drafthorse\n\n</pre>")]
    [InlineData("<blockquote>\n\n@drafthorse\n\n</blockquote>")]
    [InlineData("<CODE>@drafthorse</CODE>")]
    [InlineData("<blockquote><blockquote>a</blockquote>@drafthorse</blockquote>")]
    [InlineData("<code>@drafthorse")]
    [InlineData("<!-- @drafthorse -->")]
    [InlineData("<!-- @drafthorse\n\n@drafthorse")]
    public void TextAfter_NotCalled_IsNull(string? markdown) =>
        Assert.Null(Mention.TextAfter(markdown, "@drafthorse"));

    [Theory]
    [InlineData("`")]
    [InlineData("<!--")]
    [InlineData("<!-- -->")]
    [InlineData("@drafthorse_")]
    [InlineData("` `` ```` ")]
    [InlineData("\n```\n> ")]
    [InlineData("> ")]
    [InlineData("- ")]
    [InlineData("[")]
    [InlineData("**a ")]
    [InlineData("<code>")]
    [InlineData("`@drafthorse`")]
    public void TextAfter_HostileRepetition_StaysFast(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 400_000 / part.Length)) + " @drafthorse_";
        var started = Stopwatch.GetTimestamp();

        Mention.TextAfter(text, "@drafthorse");

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
    }
}
