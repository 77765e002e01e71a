using Drafthorse.Harness.Words;

namespace Drafthorse.Tests.Words;

public sealed class CommitWordsTests
{
    [Theory]
    [InlineData("Done [skip ci]", "[skip ci]")]
    [InlineData("Done [CI skip].", "[CI skip]")]
    [InlineData("[no ci] [skip actions]", "[no ci]")]
    [InlineData("[no ci] [skip actions]", "[skip actions]")]
    [InlineData("Done\n\nskip-checks: true", "skip-checks")]
    [InlineData("***NO_CI***", "***NO_CI***")]
    [InlineData("Thanks @everyone", "@everyone")]
    [InlineData("Done\n\nCo-authored-by: Root <root@example.com>", "Co-authored-by:")]
    [InlineData("Signed-off-by : x", "Signed-off-by")]
    [InlineData("This fixes acme/other#12", "fixes")]
    [InlineData("Closes\nhttps://github.com/acme/other/issues/3", "Closes")]
    [InlineData("[Skip-CI]", "[Skip-CI]")]
    [InlineData("[skip netlify] [azp skip]", "[azp skip]")]
    [InlineData("**[skip  ci]**", "[skip  ci]")]
    [InlineData("[skip\nci]", "[skip")]
    [InlineData("[[skip ci]]", "[skip ci]")]
    [InlineData("****NO_CI****", "NO_CI")]
    [InlineData("\uFF3Bskip ci\uFF3D", "\uFF3Bskip ci")]
    [InlineData("[\uFF53\uFF4B\uFF49\uFF50 ci]", "[\uFF53")]
    [InlineData("[s\u00ADkip\u2003c\u2060i]", "[s")]
    [InlineData("[skip\u2011ci]", "[skip")]
    [InlineData("Skip-Checks : true", "Skip-Checks")]
    [InlineData("\uFF33kip-checks\uFF1A true", "\uFF33kip-checks")]
    [InlineData("Release-As: 9.0.0", "Release-As")]
    [InlineData("BEGIN_COMMIT_OVERRIDE", "BEGIN_COMMIT_OVERRIDE")]
    [InlineData("co-AUTHORED-by: x <x@y>", "co-AUTHORED-by")]
    [InlineData("Co\u2011authored\u2010by: x <x@y>", "Co\u2011authored")]
    [InlineData("  Reviewed - by: x", "Reviewed")]
    [InlineData("text Acked-by: x", "Acked-by")]
    [InlineData("On-behalf-of: @org <x@y>", "On-behalf-of")]
    [InlineData("Fixing \uFF0312", "Fixing")]
    [InlineData("F\u200Dixes #12", "F\u200Dixes")]
    [InlineData("duplicate of #4", "duplicate")]
    [InlineData("\uFB01xes #12", "\uFB01xes")]
    [InlineData("[\U0001D42C\U0001D424\U0001D422\U0001D429 ci]", "[\U0001D42C")]
    [InlineData("\u24D2loses #12", "\u24D2loses")]
    [InlineData("thanks \uFF20everyone", "\uFF20everyone")]
    public void Harmless_WhatACodeHostObeys_IsBroken(string text, string active)
    {
        var harmless = CommitWords.Harmless(text);

        Assert.DoesNotContain(active, harmless, StringComparison.Ordinal);
        Assert.Equal(text, harmless.Replace("\u200B", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Done [skip ci]")]
    [InlineData("[s\u00ADkip ci] \uFF20all, closes #1\nSigned-off-by: x")]
    public void Harmless_Twice_ChangesNothingMore(string text) => Assert.Equal(CommitWords.Harmless(text), CommitWords.Harmless(CommitWords.Harmless(text)));

    [Theory]
    [InlineData("Mend\n\n[skip ci]", true)]
    [InlineData("Mend\n\nFixes other/repo#5", true)]
    [InlineData("Mend\n\nCo-authored-by: root <r@x>", true)]
    [InlineData("Mend\n\nCo-authored-by: ada <1+ada@x>", false)]
    [InlineData("Mend the @property of [lists]", false)]
    public void FindActive_AllButTheAllowedLine_IsFound(string message, bool found)
    {
        Assert.Equal(found, CommitWords.FindActive(message, "Co-authored-by: ada <1+ada@x>") is not null);
        Assert.Null(CommitWords.FindActive(CommitWords.Harmless(message)));
    }

    [Fact]
    public void Harmless_HostileRepetition_StaysFast()
    {
        foreach (var part in new[] { "[skip ", "[", "a-", "skip ", "no ", "* n", "closes ", "-by ", "\u200B[", "release " })
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            CommitWords.Harmless(string.Concat(Enumerable.Repeat(part, 100_000 / part.Length)));
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2), part);
        }
    }

    [Theory]
    [InlineData("Reads its first argument now, and fixes the greeting.")]
    [InlineData("array[skip] and ann@example.com, by: ann, standby: no")]
    [InlineData("See #12 for why.")]
    public void Harmless_OtherWords_StayAsTheyAre(string text) => Assert.Equal(text, CommitWords.Harmless(text));
}
