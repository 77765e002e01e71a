using System.Text;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Tests.Sandbox.Files;

public sealed class FileHandlersTests : IDisposable
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ReadFileResult Read(string path, int offset = 0, int limit = FileLimits.ReadCharacters, int? line = null) =>
        _folder.Files.Read(new ReadFileRequest { Path = path, Offset = offset, Limit = limit, Line = line });

    [Fact]
    public void Read_InPieces_GivesTheWholeFile()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i} 🐎\n"));
        _folder.Put("long.txt", text);

        var read = new StringBuilder();
        int? next = 0;
        while (next is { } offset)
        {
            var piece = Read("long.txt", offset);
            Assert.True(piece.Text!.Length <= FileLimits.ReadCharacters);
            Assert.False(char.IsLowSurrogate(piece.Text[0]));
            Assert.Equal(text.AsSpan(0, offset).Count('\n') + 1, piece.FirstLine);
            read.Append(piece.Text);
            next = piece.NextOffset;
        }

        Assert.Equal(text, read.ToString());
    }

    [Fact]
    public void Read_FromALine_StartsThere()
    {
        _folder.Put("a.txt", "one\ntwo\nthree\n");

        var result = Read("a.txt", line: 2);
        var beyond = Assert.Throws<FileException>(() => Read("a.txt", line: 4));

        Assert.Equal("two\nthree\n", result.Text);
        Assert.Equal(4, result.Offset);
        Assert.Contains("only 3 lines", beyond.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LimitInsideAPair_NeverCutsIt()
    {
        _folder.Put("horses.txt", "🐎🐎");

        var first = Read("horses.txt", limit: 1);
        var odd = Read("horses.txt", limit: 3);

        Assert.Equal("🐎", first.Text);
        Assert.Equal(2, first.NextOffset);
        Assert.Equal("🐎", odd.Text);
    }

    [Fact]
    public void Read_FileBeyondTheCap_ReadsItsStartAndSaysSo()
    {
        _folder.Put("big.log", new string('é', 400_000));

        var last = Read("big.log", 249_999);
        var beyond = Assert.Throws<FileException>(() => Read("big.log", 300_000));

        Assert.True(last.IsCapped);
        Assert.Equal(800_000, last.Size);
        Assert.Equal("é", last.Text);
        Assert.Null(last.NextOffset);
        Assert.Null(last.InvalidAt);
        Assert.Contains("grep_files", beyond.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Picture_GivesItsBytes()
    {
        File.WriteAllBytes(_folder.Inside("picture"), Png);

        var result = Read("picture");

        Assert.Equal("image/png", result.MediaType);
        Assert.Equal(Png, result.Data);
        Assert.Null(result.Text);
    }

    [Fact]
    public void Read_Binary_IsRefusedWithACure()
    {
        File.WriteAllBytes(_folder.Inside("program"), [1, 2, 0, 3]);

        var program = Assert.Throws<FileException>(() => Read("program"));

        Assert.Contains("binary", program.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InvalidUtf8_IsShownAndTold()
    {
        File.WriteAllBytes(_folder.Inside("latin1.txt"), [(byte)'a', 0xE9, (byte)'b']);

        var result = Read("latin1.txt");

        Assert.Equal("a\uFFFDb", result.Text);
        Assert.Equal(1, result.InvalidAt);
    }

    [Fact]
    public void Read_EmptyAndMarkedFiles_AreText()
    {
        _folder.Put("empty", "");
        File.WriteAllText(_folder.Inside("marked"), "x", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal("", Read("empty").Text);
        Assert.Equal("x", Read("marked").Text);
    }

    [Fact]
    public void Read_FolderOrNothing_SaysWhatToDo()
    {
        Directory.CreateDirectory(_folder.Inside("src"));

        Assert.Contains("list_files", Assert.Throws<FileException>(() => Read("src")).Message, StringComparison.Ordinal);
        Assert.Contains("glob_files", Assert.Throws<FileException>(() => Read("src/a.cs")).Message, StringComparison.Ordinal);
        Assert.Contains("there is no folder lib", Assert.Throws<FileException>(() => Read("lib/a.cs")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NewFile_MakesItsFolders()
    {
        var result = _folder.Files.Write(new WriteFileRequest { Path = "a/b/c.txt", Content = "1\n2" });

        Assert.Equal("1\n2", _folder.Get("a/b/c.txt"));
        Assert.Equal(new FileChange { Path = "a/b/c.txt", Kind = FileChangeKind.Created, LinesAdded = 2 }, Assert.Single(result.Changes));
        Assert.Equal(["c.txt"], Directory.GetFileSystemEntries(_folder.Inside("a/b")).Select(Path.GetFileName));
    }

    [Fact]
    public void Write_ExistingFile_KeepsItsMode()
    {
        var path = _folder.Put("run.sh", "old");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_001);

        _folder.Files.Write(new WriteFileRequest { Path = "run.sh", Content = "new" });

        Assert.Equal("new", _folder.Get("run.sh"));
        Assert.Equal((UnixFileMode)0b111_101_001, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Write_ThroughALink_ChangesTheTargetAndKeepsTheLink()
    {
        _folder.Put("a/real.txt", "old");
        _folder.Link("link.txt", "a/real.txt");

        var result = _folder.Files.Write(new WriteFileRequest { Path = "link.txt", Content = "new" });

        Assert.Equal("new", _folder.Get("a/real.txt"));
        Assert.NotNull(new FileInfo(_folder.Inside("link.txt")).LinkTarget);
        Assert.Equal("a/real.txt", result.Changes[0].Path);
    }

    [Fact]
    public void Write_SharedByHardLink_LeavesTheOtherNameAlone()
    {
        _folder.Put("store", "old");
        System.Diagnostics.Process.Start("ln", [_folder.Inside("store"), _folder.Inside("linked")]).WaitForExit();

        _folder.Files.Write(new WriteFileRequest { Path = "linked", Content = "new" });

        Assert.Equal("old", _folder.Get("store"));
    }

    [Fact]
    public void Write_OverFolderOrReadOnlyFile_IsRefusedAndLeavesNoTrace()
    {
        Directory.CreateDirectory(_folder.Inside("src"));
        File.SetUnixFileMode(_folder.Put("fixed", "x"), UnixFileMode.UserRead);

        Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = "src", Content = "" }));
        Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = "src/", Content = "" }));
        Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = "fixed/x", Content = "" }));
        var readOnly = Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = "fixed", Content = "" }));

        Assert.Contains("chmod", readOnly.Message, StringComparison.Ordinal);
        Assert.Equal(["fixed", "src"], Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Change_SameCallTwice_HappensOnce()
    {
        _folder.Put("a.txt", "x");
        var edit = new EditFileRequest { Path = "a.txt", Edits = [new() { OldText = "x", NewText = "xx" }], CallId = "7-1-0" };

        var first = _folder.Files.Edit(edit);
        var second = _folder.Files.Edit(edit);

        Assert.Equal("xx", _folder.Get("a.txt"));
        Assert.Same(first, second);
    }

    [Fact]
    public void Change_FailedCallAgain_FailsAsBefore()
    {
        var delete = new DeleteFileRequest { Path = "none", CallId = "1" };
        var first = Assert.Throws<FileException>(() => _folder.Files.Delete(delete));
        _folder.Put("none", "x");

        var again = Assert.Throws<FileException>(() => _folder.Files.Delete(delete));

        Assert.Equal((first.Kind, first.Message), (again.Kind, again.Message));
        Assert.Equal("x", _folder.Get("none"));
    }

    [Fact]
    public void Delete_FolderThatIsNotEmpty_NeedsRecursive()
    {
        _folder.Put("a/b/c", "x");

        var refused = Assert.Throws<FileException>(() => _folder.Files.Delete(new DeleteFileRequest { Path = "a" }));
        _folder.Files.Delete(new DeleteFileRequest { Path = "a", Recursive = true });

        Assert.Contains("recursive", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Inside("a")));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("ROOT")]
    [InlineData("a/..")]
    public void Delete_Root_IsRefused(string path)
    {
        _folder.Put("a/b", "x");

        Assert.Throws<FileException>(() => _folder.Files.Delete(new DeleteFileRequest { Path = path.Replace("ROOT", _folder.Root, StringComparison.Ordinal), Recursive = true }));

        Assert.True(File.Exists(_folder.Inside("a/b")));
    }

    [Fact]
    public void List_Folder_IsSortedAndCapped()
    {
        for (var i = 0; i < FileLimits.ListEntries + 5; i++)
        {
            _folder.Put($"many/{i:D5}", "x");
        }

        _folder.Link("many/00000-link", "00001");

        var result = _folder.Files.List(new PathRequest { Path = "many" });

        Assert.Equal(FileLimits.ListEntries, result.Entries.Count);
        Assert.Equal(FileLimits.ListEntries + 6, result.Total);
        Assert.Equal((EntryKind.File, 1), (result.Entries[0].Kind, result.Entries[0].Size));
        Assert.Equal((EntryKind.Link, "00001"), (result.Entries[1].Kind, result.Entries[1].Target));
        Assert.Equal(result.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal), result.Entries.Select(entry => entry.Name));
    }
}
