using Drafthorse.Sandbox.Files;

namespace Drafthorse.Tests.Sandbox.Files;

/// <summary>A version of a file that the model has not seen is never written over.</summary>
public sealed class StaleFileTests : IDisposable
{
    private const string Before = "one\ntwo\nthree\nfour\n";
    private readonly TemporaryFolder _folder = new();

    public StaleFileTests()
    {
        _folder.Put("file", Before);
        _folder.Files.Read(new ReadFileRequest { Path = "file" });
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_ChangedSinceRead_IsRefusedWithTheDifferenceOnce()
    {
        _folder.Put("file", "one\n2\nthree\nfour\nfive\n");

        var refusal = Assert.Throws<FileException>(() => Write("mine\n"));

        Assert.Equal(FileErrorKind.Stale, refusal.Kind);
        Assert.Contains("@@ line 2\n-two\n+2\n@@ line 5\n+five\n", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("one\n2\nthree\nfour\nfive\n", _folder.Get("file"));
        Write("mine\n");
        Assert.Equal("mine\n", _folder.Get("file"));
    }

    [Fact]
    public void Write_ChangedAgainAfterTheRefusal_IsRefusedAgain()
    {
        _folder.Put("file", "2\n");
        Assert.Throws<FileException>(() => Write("mine\n"));
        _folder.Put("file", "3\n");

        Assert.Contains("-2\n+3\n", Assert.Throws<FileException>(() => Write("mine\n")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("same")]
    [InlineData("own")]
    [InlineData("unread")]
    public void Write_NothingUnseen_IsMade(string kind)
    {
        if (kind == "own")
        {
            Edit("two", "2");
        }
        else if (kind == "unread")
        {
            _folder.Put("other", "x");
        }

        _folder.Files.Write(new WriteFileRequest { Path = kind == "unread" ? "other" : "file", Content = "mine\n" });
    }

    [Fact]
    public void Edit_QuotesWhatStandsThereExactly_IsMadeAndSaysWhatChanged()
    {
        _folder.Put("file", "zero\n" + Before);

        var change = Edit("three", "3");

        Assert.Equal("zero\none\ntwo\n3\nfour\n", _folder.Get("file"));
        Assert.Equal("the file had changed since you saw it last:\n@@ line 1\n+zero", change.Note);
        Assert.Null(Edit("four", "4").Note);
    }

    [Theory]
    [InlineData("two\nthree", "not found")]
    [InlineData("  one", "loose")]
    [InlineData("e", "several")]
    public void Edit_QuotesAnOlderVersion_IsRefusedAsStaleWithTheDifference(string old, string why)
    {
        var now = "one\nTWO\nthree\nfour\n";
        _folder.Put("file", now);

        var refusal = Assert.Throws<FileException>(() => Edit(old, "x"));

        Assert.Equal((FileErrorKind.Stale, why), (refusal.Kind, why));
        Assert.Contains("-two\n+TWO", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(now, _folder.Get("file"));
    }

    [Fact]
    public void Patch_OneOfItsFilesIsStale_ChangesNone()
    {
        _folder.Put("other", "a\n");
        _folder.Put("file", "one\nTWO\nthree\nfour\n");
        var patch = "*** Begin Patch\n*** Update File: other\n-a\n+b\n*** Update File: file\n-two\n+2\n*** End Patch";

        Assert.Equal(FileErrorKind.Stale, Assert.Throws<FileException>(() => _folder.Files.Patch(new ApplyPatchRequest { Patch = patch })).Kind);
        Assert.Equal("a\n", _folder.Get("other"));
        _folder.Files.Patch(new ApplyPatchRequest { Patch = patch.Replace("-two", "-TWO", StringComparison.Ordinal) });
        Assert.Equal("one\n2\nthree\nfour\n", _folder.Get("file"));
    }

    [Fact]
    public void Patch_AddsOverAStaleFile_IsRefused()
    {
        _folder.Put("file", "x\n");

        Assert.Equal(FileErrorKind.Stale, Assert.Throws<FileException>(() => _folder.Files.Patch(new ApplyPatchRequest { Patch = "*** Begin Patch\n*** Add File: file\n+new\n*** End Patch" })).Kind);
    }

    [Fact]
    public void Write_DeletedAndMadeAnew_IsComparedToo()
    {
        _folder.Files.Delete(new DeleteFileRequest { Path = "file" });
        _folder.Put("file", "x\n");

        Assert.Equal(FileErrorKind.Stale, Assert.Throws<FileException>(() => Write("mine\n")).Kind);
    }

    [Fact]
    public void Read_ManyFiles_KeepsNoMoreThanItsShare()
    {
        var content = new string('x', 400_000);
        for (var i = 0; i < 60; i++)
        {
            _folder.Put($"f{i}", content);
            _folder.Files.Read(new ReadFileRequest { Path = $"f{i}" });
        }

        _folder.Put("f0", "y");
        _folder.Put("f59", "y");

        _folder.Files.Write(new WriteFileRequest { Path = "f0", Content = "z" });
        Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = "f59", Content = "z" }));
    }

    [Fact]
    public void Write_EverythingChanged_ShowsABoundedDifference()
    {
        _folder.Put("file", string.Join('\n', Enumerable.Range(0, 50_000).Select(i => new string((char)('a' + (i % 26)), 15))));

        var message = Assert.Throws<FileException>(() => Write("mine\n")).Message;

        Assert.InRange(message.Length, 500, 5_000);
        Assert.Contains("more lines differ: read the file", message, StringComparison.Ordinal);
    }

    private void Write(string content) => _folder.Files.Write(new WriteFileRequest { Path = "file", Content = content });

    private FileChange Edit(string old, string now) =>
        _folder.Files.Edit(new EditFileRequest { Path = "file", Edits = [new FileEdit { OldText = old, NewText = now }] }).Changes[0];
}
