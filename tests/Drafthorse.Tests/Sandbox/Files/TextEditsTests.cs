using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Editing;

namespace Drafthorse.Tests.Sandbox.Files;

public sealed class TextEditsTests
{
    private static string Apply(string text, string old, string replacement, bool all = false) =>
        TextEdits.Apply(text, [new FileEdit { OldText = old, NewText = replacement, ReplaceAll = all }], "a.py").Text;

    [Theory]
    [InlineData("one two three", "two", "2", "one 2 three")]
    [InlineData("a\r\nb\r\nc\r\n", "a\nb\n", "a\nx\nb\n", "a\r\nx\r\nb\r\nc\r\n")]
    [InlineData("if x:  \n    y()\n", "if x:\n    y()", "if z:\n    y()", "if z:\n    y()\n")]
    [InlineData("\tif x:\n\t\ty()\n", "if x:\n    y()\n", "if x:\n    z()\n", "\tif x:\n\t\tz()\n")]
    [InlineData("class A:\n    def f(self):\n        return 1\n", "def f(self):\n    return 1", "def f(self):\n    if x:\n        return 2\n    return 1", "class A:\n    def f(self):\n        if x:\n            return 2\n        return 1\n")]
    [InlineData("  a = 1\n  b = 2\n", "      a = 1\n      b = 2\n", "      a = 1\n      c = 3\n      b = 2\n", "  a = 1\n  c = 3\n  b = 2\n")]
    [InlineData("f( a,  b ) ;", "f( a, b )", "f(b)", "f(b) ;")]
    [InlineData("say(“hi”)", "say(\"hi\")", "say(\"ho\")", "say(“ho”)")]
    [InlineData("a\r\n  b  \r\nc", "a\nb\nc", "a\nd\nc", "a\r\n  d\r\nc")]
    public void Apply_OnePlace_IsReplaced(string text, string old, string replacement, string expected) =>
        Assert.Equal(expected, Apply(text, old, replacement));

    [Fact]
    public void Apply_SeveralPlaces_NeedsReplaceAll()
    {
        var exception = Assert.Throws<FileException>(() => Apply("x\ny\nx\n", "x", "z"));

        Assert.Equal(FileErrorKind.SeveralMatches, exception.Kind);
        Assert.Contains("2 times: line 1, line 3", exception.Message, StringComparison.Ordinal);
        Assert.Equal("z\ny\nz\n", Apply("x\ny\nx\n", "x", "z", all: true));
    }

    [Fact]
    public void Apply_LooselyAmbiguous_IsRefused() =>
        Assert.Contains("white space ignored", Assert.Throws<FileException>(() => Apply("  a  b\n a   b\n", "a b", "c")).Message, StringComparison.Ordinal);

    [Fact]
    public void Apply_LooselyInsideAWord_IsNoMatch() =>
        Assert.Throws<FileException>(() => Apply("foobar = 1", " bar = 1", "x"));

    [Fact]
    public void Apply_NotFound_ShowsTheNearestLines()
    {
        var text = string.Concat(Enumerable.Range(1, 100).Select(i => $"value{i} = compute({i})\n"));

        var exception = Assert.Throws<FileException>(() => Apply(text, "value42 = compute(43)\nvalue43 = compute(43)", "x"));

        Assert.Contains("    42: value42 = compute(42)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("    43: value43 = compute(43)", exception.Message, StringComparison.Ordinal);
        Assert.True(exception.Message.Length < 1_000);
    }

    [Fact]
    public void Apply_MadeBefore_SaysSo() =>
        Assert.Contains("made before", Assert.Throws<FileException>(() => Apply("the new text is here", "something quite different", "the new text")).Message, StringComparison.Ordinal);

    [Fact]
    public void Apply_OneOfSeveralFails_ChangesNothing()
    {
        var edits = new FileEdit[] { new() { OldText = "a", NewText = "b" }, new() { OldText = "a", NewText = "c" } };

        var exception = Assert.Throws<FileException>(() => TextEdits.Apply("a", edits, "f"));

        Assert.StartsWith("f, edit 2 of 2: ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("same", "same")]
    public void Apply_EditThatIsNone_IsRefused(string old, string replacement) =>
        Assert.Equal(FileErrorKind.Invalid, Assert.Throws<FileException>(() => Apply("same", old, replacement)).Kind);

    [Fact]
    public void Apply_ReplacementThatExplodes_IsRefused() =>
        Assert.Equal(FileErrorKind.TooLarge, Assert.Throws<FileException>(() => Apply(new string('x', 100_000), "x", new string('y', 1_000), all: true)).Kind);
}
