using Drafthorse.Repl;

namespace Drafthorse.Tests.Repl;

public sealed class PathMentionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drafthorse-mention-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Attach_NamedFile_ComesWithItsText()
    {
        Write("a.txt", "alpha\n");

        var (text, told) = PathMentions.Attach("compare @a.txt, please", _folder.FullName);

        Assert.Equal("compare @a.txt, please\n\n<file path=\"a.txt\">\nalpha\n</file>", text);
        Assert.Equal(["a.txt: 6 bytes attached"], told);
    }

    [Theory]
    [InlineData("ask @alice or a@a.txt", "alice: there is no such file; the word is sent as it stands")]
    [InlineData("nothing named")]
    public void Attach_NoFileNamed_ChangesNothing_AndSaysSo(string message, params string[] told)
    {
        Write("a.txt", "alpha");

        var (text, said) = PathMentions.Attach(message, _folder.FullName);

        Assert.Equal(message, text);
        Assert.Equal(told, said);
    }

    [Fact]
    public void Attach_BinaryAndHuge_AreOnlyNamed()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "b.bin"), [1, 0, 2]);
        Write("c.log", new string('x', 100_001));

        var (text, told) = PathMentions.Attach("@b.bin @c.log", _folder.FullName);

        Assert.Equal("@b.bin @c.log", text);
        Assert.Equal(2, told.Count);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);
}
