using Drafthorse.Harness.Drafts;

namespace Drafthorse.Tests.Drafts;

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
    public void Harmless_WhatACodeHostObeys_IsBroken(string text, string active)
    {
        var harmless = CommitWords.Harmless(text);

        Assert.DoesNotContain(active, harmless, StringComparison.Ordinal);
        Assert.Equal(text, harmless.Replace("\u200B", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Reads its first argument now, and fixes the greeting.")]
    [InlineData("array[skip] and ann@example.com, by: ann, standby: no")]
    [InlineData("See #12 for why.")]
    public void Harmless_OtherWords_StayAsTheyAre(string text) => Assert.Equal(text, CommitWords.Harmless(text));
}
