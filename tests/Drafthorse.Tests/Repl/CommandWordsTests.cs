using Drafthorse.Repl;

namespace Drafthorse.Tests.Repl;

public sealed class CommandWordsTests
{
    private static readonly string[] Known = ["/new", "/resume", "/diff", "/undo", "/cost", "/compact", "/model", "/help", "/exit"];

    [Theory]
    [InlineData("/help", true)]
    [InlineData("/model openai:gpt", true)]
    [InlineData("/foo", true)]
    [InlineData("/Diff now", true)]
    [InlineData("/etc/hosts is wrong, why?", false)]
    [InlineData("/etc is a mess", false)]
    [InlineData("/src/app.cs: what does it do?", false)]
    [InlineData("/* is this a comment? */", false)]
    [InlineData("//comment", false)]
    [InlineData("/", false)]
    [InlineData("/diff\nof what?", false)]
    [InlineData("/1, /2 and /3", false)]
    [InlineData("/api/users returns 500", false)]
    public void IsCommand_SlashAndAWordThatIsNoPath_Is(string line, bool isCommand) => Assert.Equal(isCommand, CommandWords.IsCommand(line, Known));

    [Theory]
    [InlineData("/dif", "/diff")]
    [InlineData("/comapct", "/compact")]
    [InlineData("/res", "/resume")]
    [InlineData("/HELP", "/help")]
    [InlineData("/nonsense", null)]
    [InlineData("/foo", null)]
    public void Nearest_Misspelt_IsFound(string word, string? meant) => Assert.Equal(meant, CommandWords.Nearest(word, Known));
}
