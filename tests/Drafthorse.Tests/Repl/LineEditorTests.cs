using System.Text;
using Drafthorse.Repl;

namespace Drafthorse.Tests.Repl;

public sealed class LineEditorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-editor-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("hello\r", "hello")]
    [InlineData("helo\e[Dl\r", "hello")]
    [InlineData("wrong\u0015right\r", "right")]
    [InlineData("two words\u0017one\r", "two one")]
    [InlineData("中文\x7fx\r", "中x")]
    [InlineData("one\\\rtwo\r", "one\ntwo")]
    [InlineData("\e[200~a\rb\rc\e[201~\r", "a\nb\nc")]
    [InlineData("/dif\t\r", "/diff ")]
    [InlineData("see @note\t\r", "see @notes.txt ")]
    [InlineData("thrown away\u0003kept\r", "kept")]
    public void Read_Keys_MakeTheMessage(string keys, string message) => Assert.Equal(message, Read(keys));

    [Theory]
    [InlineData("\u0003\u0003")]
    [InlineData("\u0004")]
    [InlineData("x\u0003\u0003\u0003")]
    public void Read_InterruptTwiceOrEndOfInput_Leaves(string keys) => Assert.Null(Read(keys));

    [Fact]
    public void Read_LongPaste_IsShownByItsSizeAndSentWhole()
    {
        var text = string.Join('\n', Enumerable.Range(1, 500));
        var screen = new StringWriter();

        Assert.Equal($"look: {text}", Read($"look: \e[200~{text}\e[201~\r", screen));
        Assert.Contains("[pasted text 1: 500 lines]", screen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("499", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Up_RecallsWhatWasSent_AlsoInTheNextSession()
    {
        var path = Path.Combine(_folder.FullName, "history");
        new InputHistory(path).Add("first\nof two lines");

        Assert.Equal("first\nof two lines", Read("\e[A\r", history: new InputHistory(path)));
        Assert.Equal("draft", Read("draft\e[A\e[B\r", history: new InputHistory(path)));
    }

    [Theory]
    [InlineData("see @b\t\r")]
    [InlineData("see @b1\t\r")]
    [InlineData("\e[200~paste \e]0;T\a \u202e\e[201~\r")]
    public void Read_NamesAndPastesThatSteer_AreShown(string keys)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "b1\e]0;T\a\u202e"), "");
        File.WriteAllText(Path.Combine(_folder.FullName, "b2\e[2J\n"), "");
        var screen = new StringWriter();

        Read(keys, screen);

        Assert.Contains("␛]0;T␇", screen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\e]0;", screen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", screen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', screen.ToString());
        Assert.DoesNotContain('\a', screen.ToString());
    }

    private string? Read(string keys, StringWriter? screen = null, InputHistory? history = null)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "notes.txt"), "");
        var editor = new LineEditor(
            screen ?? new StringWriter(), () => 40, history ?? new InputHistory(Path.Combine(_folder.FullName, "none")), new Completion(_folder.FullName, ["/diff", "/cost"]));
        return editor.Read(new KeyReader(new MemoryStream(Encoding.UTF8.GetBytes(keys))));
    }
}
