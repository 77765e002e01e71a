using System.Text;
using Drafthorse.Harness.Tools.Screens;

namespace Drafthorse.Tests.Tools.Screens;

public sealed class ScreenTextTests
{
    private const string E = "\u001b";

    [Theory]
    // What every screen shows as it is.
    [InlineData("plain\n\ttabs  and  spaces \n", "plain\n\ttabs  and  spaces \n")]
    [InlineData("a\u2028b é 日本 🐎 \ufffd\n", "a\u2028b é 日本 🐎 \ufffd\n")]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("", "")]
    // Back, return, and what is written over.
    [InlineData("a\bA\n", "A\n")]
    [InlineData("_\bx_\by\n", "xy\n")]
    [InlineData("10%\r50%\r100%\ndone\n", "100%\ndone\n")]
    [InlineData("downloading 100%\rdone\n", "doneloading 100%\n")]
    [InlineData("downloading\r" + E + "[Kdone\n", "done\n")]
    [InlineData("abc" + E + "[2DX\n", "aXc\n")]
    [InlineData("abc" + E + "[1GX" + E + "[5GY\n", "Xbc Y\n")]
    [InlineData("abc\r\tX\n", "abc     X\n")]
    [InlineData("a\tb\rxyz\n", "xyz     b\n")]
    [InlineData("\ba\n", "a\n")]
    // Colours, character sets, titles.
    [InlineData(E + "[31mred" + E + "[0m " + E + "[38;5;1mx" + E + "[m\n", "red x\n")]
    [InlineData(E + "(Ba\bA\n", "A\n")]
    [InlineData("x" + E + "(B" + E + "[m\u000f\n", "x\n")]
    [InlineData(E + "(0lqk" + E + "(B ok\n", "┌─┐ ok\n")]
    [InlineData(E + ")0\u000eq\u000fq\n", "─q\n")]
    [InlineData(E + "]0;title\u0007text\n", "text\n")]
    [InlineData(E + "]8;;http://a" + E + "\\link" + E + "]8;;" + E + "\\\n", "link\n")]
    [InlineData(E + "]0;never ended\nrest\n", "0;never ended\nrest\n")]
    [InlineData(E + "P1$r0m\n" + E + "\\text\n", "text\n")]
    [InlineData("\u009b31mred\u009b0m\u009d0;t\u009c!\n", "red!\n")]
    [InlineData("a\u0007b\u0000c\u007fd\n", "abcd\n")]
    [InlineData("a" + E + "[31\u0018b\n", "ab\n")]
    [InlineData("a" + E, "a")]
    [InlineData("a" + E + "[3", "a")]
    // The whole screen.
    [InlineData("a\nb\nc\n" + E + "[2A" + "B\n", "a\nB\nc\n")]
    [InlineData("x: wait\ny: wait\n" + E + "[2A\rx: done" + E + "[B\ry: done\n", "x: done\ny: done\n")]
    [InlineData("old\n" + E + "[2J" + E + "[Hnew\n", "new\n")]
    [InlineData("a\n" + E + "[?1049hdrawn" + E + "[5;5Hon it" + E + "[?1049lb\n", "a\nb\n")]
    [InlineData("a\n" + E + "[?1049hstill there", "a\nstill there")]
    [InlineData(E + "7ab" + E + "8X\n", "Xb\n")]
    [InlineData("abcdef\r" + E + "[2P" + E + "[1@X\n", "Xcdef\n")]
    [InlineData("abc\r" + E + "[2Xd\n", "d c\n")]
    [InlineData("-" + E + "[4b\n", "-----\n")]
    [InlineData(E + "cA\n", "A\n")]
    // Wide characters.
    [InlineData("进度\rab\n", "ab度\n")]
    [InlineData("进度\ra\n", "a 度\n")]
    [InlineData("e\u0301x\b\bE\n", "Ex\n")]
    public void Of_Output_IsWhatAScreenShows(string output, string shown) => Assert.Equal(shown, ScreenText.Of(output));

    [Fact]
    public void Of_LongOutput_KeepsAllLines()
    {
        var output = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"{E}[1mline {i}{E}[0m\n"));

        Assert.Equal(string.Concat(Enumerable.Range(0, 10_000).Select(i => $"line {i}\n")), ScreenText.Of(output));
    }

    [Theory]
    [InlineData("[99999999999999C")]
    [InlineData("[99999999999999B")]
    [InlineData("[99999999999999@")]
    [InlineData("[99999999999999L")]
    [InlineData("[99999999;99999999H")]
    public void Of_AbsurdNumbers_CostsLittle(string function)
    {
        var shown = ScreenText.Of(string.Concat(Enumerable.Repeat(E + function + "x", 200)));

        Assert.True(shown.Length < 1_500_000, $"{shown.Length}");
    }

    [Fact]
    public void Of_LongLine_IsNotBroken()
    {
        var line = new string('x', 300_000);

        Assert.Equal(line + "y\n", ScreenText.Of(line + E + "[my\n"));
    }

    [Fact]
    public void Of_AnyBytes_NeverFailsAndHoldsNoControlCharacter()
    {
        var random = new Random(9);
        const string Pieces = "\u001b[]P()0?;1234HJKABCDhlm\u0007\b\r\n\t\u009b\u009d\u009cé日\ud83d\udc0e\ud800";
        for (var round = 0; round < 3_000; round++)
        {
            var output = new string([.. Enumerable.Range(0, random.Next(80)).Select(_ => random.Next(3) > 0 ? Pieces[random.Next(Pieces.Length)] : (char)random.Next(0x180))]);

            Assert.DoesNotContain(ScreenText.Of(output), c => char.IsControl(c) && c is not ('\n' or '\t') || c == '\u001b');
        }
    }

    [Theory]
    [InlineData("one\ntwo\n", "one\ntwo\n")]
    [InlineData("\u001b[31mred\u001b[0m\n", "red\n")]
    [InlineData("\u001b]0;title\u0007x\n", "x\n")]
    [InlineData("é日🐎\n", "é日🐎\n")]
    public void Live_InPiecesOfAnySize_IsTheSame(string output, string shown)
    {
        for (var size = 1; size < 8; size++)
        {
            var live = new LiveScreen();
            var text = string.Concat(Encoding.UTF8.GetBytes(output).Chunk(size).Select(piece => live.Write(piece)));

            Assert.Equal(shown, text);
        }
    }

    [Fact]
    public void Live_ProgressBar_ShowsItsFirstAndItsLastState()
    {
        var live = new LiveScreen();

        var shown = string.Concat(new[] { "start\n10%", "\r50%", "\r100%", "\nend\n" }.Select(piece => live.Write(Encoding.UTF8.GetBytes(piece))));

        Assert.Equal("start\n10%\n100%\nend\n", shown);
    }
}
