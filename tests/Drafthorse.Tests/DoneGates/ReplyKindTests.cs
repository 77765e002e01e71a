using Drafthorse.Harness.DoneGates;

namespace Drafthorse.Tests.DoneGates;

public sealed class ReplyKindTests
{
    [Theory]
    [InlineData("First or last name?", true)]
    [InlineData("I found two places.\n\n**Which one is meant?**", true)]
    [InlineData("应该用哪个名字？", true)]
    [InlineData("أي اسم؟  ", true)]
    [InlineData("Is it `a` or (perhaps) `b?`", true)]
    [InlineData("", false)]
    [InlineData("?", true)]
    [InlineData("Was it a question? It is done.", false)]
    [InlineData("Done. Is there anything else?", false)]
    [InlineData("Done! Anything else I can do for you?", false)]
    [InlineData("There is anything else in b. Shall I keep it?", true)]
    [InlineData("It is done.", false)]
    public void IsQuestion_IsWhatEndsInOne(string text, bool expected) => Assert.Equal(expected, ReplyKind.IsQuestion(text));
}
