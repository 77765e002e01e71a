using Drafthorse.Channels.GitHub.Inbound;

namespace Drafthorse.Tests.Channels.GitHub;

public class CommandTests
{
    [Theory]
    [InlineData(" stop")]
    [InlineData(": Stop.")]
    [InlineData(" stop!\nand more words")]
    [InlineData("，stop。")]
    [InlineData("：\u3000stop！")]
    public void Parse_StopAlone_Stops(string text) => Assert.IsType<Command.Stop>(Command.Parse(text));

    [Theory]
    [InlineData(" stop using var")]
    [InlineData(" status codes are wrong")]
    [InlineData(" plan the migration")]
    [InlineData(" review the parser and fix it")]
    [InlineData(" approved")]
    [InlineData(" rejecting null is right")]
    [InlineData(" approve-all is the wrong name")]
    [InlineData(" model the domain")]
    [InlineData(" link the docs")]
    [InlineData("")]
    [InlineData("\nstop")]
    public void Parse_PlainSpeech_IsNoCommand(string text) => Assert.Null(Command.Parse(text));

    [Theory]
    [InlineData(" review.", "review")]
    [InlineData(" link b9e64919-a003-80b0-934a-f6d0d92f8b37", "link")]
    public void Parse_CommandOfLater_IsUnavailable(string text, string name) => Assert.Equal(new Command.Unavailable(name), Command.Parse(text));

    [Theory]
    [InlineData(" model openai:gpt-5", "openai:gpt-5", "")]
    [InlineData(" model openai-chat:vendor/model:tag fix it", "openai-chat:vendor/model:tag", "fix it")]
    [InlineData(" model gpt-5", "gpt-5", "")]
    [InlineData(" model anthropic\nfix it", "anthropic", "fix it")]
    [InlineData(" model ollama:x\nfix it\nplease", "ollama:x", "fix it\nplease")]
    public void Parse_Model_IsSpecAndRest(string text, string spec, string rest) => Assert.Equal(new Command.Model(spec, rest), Command.Parse(text));

    [Theory]
    [InlineData(" approve", true, null, "")]
    [InlineData(" Approve.", true, null, "")]
    [InlineData(" approve 0123ABCD", true, "0123abcd", "")]
    [InlineData(" approve `0123abcd`!", true, "0123abcd", "")]
    [InlineData(" approve 0123abc", true, null, "0123abc")]
    [InlineData(" approve but use Redis", true, null, "but use Redis")]
    [InlineData(" reject 0123abcd: use Redis\n\n> 2. Use SQLite\nno", false, "0123abcd", "use Redis\n\n> 2. Use SQLite\nno")]
    [InlineData(" reject use Redis", false, null, "use Redis")]
    public void Parse_Answer_HasHashAndWords(string text, bool approves, string? hash, string words) =>
        Assert.Equal(new Command.Answer(approves, hash, words), Command.Parse(text));

    [Theory]
    [InlineData(" plan", "")]
    [InlineData(": Plan.", "")]
    [InlineData(" plan: move the cache\nto Redis", "move the cache\nto Redis")]
    [InlineData(" plan\r\nMove the cache", "Move the cache")]
    public void Parse_Plan_HasTheTask(string text, string rest) => Assert.Equal(new Command.Plan(rest), Command.Parse(text));

    [Fact]
    public void Parse_Status_AsksForTheStatus() => Assert.IsType<Command.Status>(Command.Parse(" status?"));
}
