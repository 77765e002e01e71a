using Drafthorse.Harness.Drafts.Endings;
using Drafthorse.Harness.Words;

namespace Drafthorse.Tests.Drafts;

public class CommitMessagesTests
{
    private const string Trailer = "Co-authored-by: ada <1+ada@users.noreply.github.com>";

    [Theory]
    [InlineData("Mend", "Mend\n\n" + Trailer)]
    [InlineData("Mend\n\nWhy: because", "Mend\n\nWhy: because\n" + Trailer)]
    [InlineData("Mend\n\n" + Trailer + "\n", "Mend\n\n" + Trailer)]
    [InlineData("Mend\n\nSome words.\n\n" + Trailer, "Mend\n\nSome words.\n\n" + Trailer)]
    [InlineData("Mend: it", "Mend: it\n\n" + Trailer)]
    public void Reworded_CreditsWhoAsked_Once(string message, string expected)
    {
        var messages = new CommitMessages(null!, null!, Trailer);

        Assert.Equal(expected, messages.Reworded(message));
        Assert.Equal(expected, messages.Reworded(expected));
    }

    [Fact]
    public void Reworded_OtherCreditsAndDirectives_AreBroken()
    {
        foreach (var trailer in new[] { null, Trailer })
        {
            var message = new CommitMessages(null!, null!, trailer).Reworded("Mend [skip ci]\n\nFixes other/repo#1\nSigned-off-by: root <r@x>");

            Assert.Null(CommitWords.FindActive(message, trailer));
        }
    }
}
