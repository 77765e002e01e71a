using Drafthorse.Terminal.Output;

namespace Drafthorse.Tests.Terminal;

public sealed class StreamedTextTests
{
    [Fact]
    public void Write_LongText_BreaksBetweenWordsHoweverItComes()
    {
        var screen = new StringWriter();
        var words = new StreamedText(screen, () => 12);

        foreach (var piece in "the quick brown fox jumps".Chunk(3))
            words.Write(new string(piece));
        words.EndLine();

        Assert.Equal("the quick \nbrown fox \njumps\n", screen.ToString());
    }

    [Fact]
    public void Write_TextWithoutSpaces_IsShownAsItComes()
    {
        var screen = new StringWriter();
        var words = new StreamedText(screen, () => 10);

        words.Write("中文没有空格");

        Assert.Equal("中文没有\n空格", screen.ToString());
    }

    [Fact]
    public void Write_ControlCharacters_DoNotReachTheTerminal()
    {
        var screen = new StringWriter();
        var words = new StreamedText(screen, () => 80);

        words.Write("a\e]0;title\a b\n");

        Assert.Equal("a␛]0;title␇ b\n", screen.ToString());
    }
}
