using System.Diagnostics;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Tests.Sandbox.Files;

public sealed class PathWalkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a/b.txt")]
    [InlineData("./a//b.txt")]
    [InlineData("a/../a/b.txt")]
    [InlineData("ROOT/a/b.txt")]
    [InlineData("ROOT/../root/a/b.txt")]
    [InlineData("ROOT/../other/../root/a/b.txt")]
    [InlineData("inner/b.txt")]
    [InlineData("absolute/b.txt")]
    [InlineData("up/b.txt")]
    [InlineData("chain")]
    public void Read_PathThatStaysInside_FindsTheFile(string path)
    {
        _folder.Put("a/b.txt", "found");
        _folder.Link("inner", "a");
        _folder.Link("absolute", _folder.Inside("a"));
        _folder.Link("up", "../root/a");
        _folder.Link("chain", "chain2");
        _folder.Link("chain2", "inner/../absolute/b.txt");

        var result = _folder.Files.Read(new ReadFileRequest { Path = path.Replace("ROOT", _folder.Root, StringComparison.Ordinal) });

        Assert.Equal("found", result.Text);
    }

    [Theory]
    [InlineData("../outside/secret")]
    [InlineData("a/../../outside/secret")]
    [InlineData("../../../../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("/proc/self/environ")]
    [InlineData("/")]
    [InlineData("ROOT/../outside/secret")]
    [InlineData("ROOT2/secret")]
    [InlineData("file-out")]
    [InlineData("folder-out/secret")]
    [InlineData("folder-out/deep/secret")]
    [InlineData("folder-out/../outside/secret")]
    [InlineData("absolute-out/secret")]
    [InlineData("up-out/secret")]
    [InlineData("chain-out")]
    [InlineData("to-proc/environ")]
    [InlineData("to-proc/root/etc/passwd")]
    [InlineData("to-proc/cwd")]
    public void AnyOperation_PathThatLeaves_IsRefusedAndTouchesNothing(string path)
    {
        _folder.Put("a/b.txt", "x");
        Directory.CreateDirectory(_folder.In("root2"));
        File.WriteAllText(_folder.In("root2/secret"), TemporaryFolder.Secret);
        _folder.Link("file-out", _folder.In("outside/secret"));
        _folder.Link("folder-out", "../outside");
        _folder.Link("absolute-out", _folder.In("outside"));
        _folder.Link("up-out", "a/../../outside");
        _folder.Link("chain-out", "a/../chain-out2");
        _folder.Link("chain-out2", "folder-out/secret");
        _folder.Link("to-proc", "/proc/self");
        path = path.Replace("ROOT2", _folder.In("root2"), StringComparison.Ordinal).Replace("ROOT", _folder.Root, StringComparison.Ordinal);

        var read = Assert.Throws<FileException>(() => _folder.Files.Read(new ReadFileRequest { Path = path }));
        var write = Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = path, Content = "poison" }));
        var create = Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = path + "/new/file", Content = "poison" }));
        var edit = Assert.Throws<FileException>(() => _folder.Files.Edit(new EditFileRequest { Path = path, Edits = [new() { OldText = "the", NewText = "x" }] }));
        Assert.Throws<FileException>(() => _folder.Files.List(new PathRequest { Path = path }));

        Assert.All([read, write, create, edit], exception => Assert.Equal(FileErrorKind.Outside, exception.Kind));
        Assert.Contains(_folder.Root, read.Message, StringComparison.Ordinal);
        Assert.Equal(TemporaryFolder.Secret, File.ReadAllText(_folder.In("outside/secret")));
        Assert.Equal(["deep", "secret"], Directory.GetFileSystemEntries(_folder.In("outside")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Write_LinkThatDanglesOutside_DoesNotCreateItsTarget()
    {
        _folder.Link("dangling", _folder.In("outside/made"));

        var exception = Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = "dangling", Content = "x" }));

        Assert.Equal(FileErrorKind.Outside, exception.Kind);
        Assert.False(File.Exists(_folder.In("outside/made")));
    }

    [Fact]
    public void Delete_LinkOut_RemovesTheLinkOnly()
    {
        _folder.Link("out", _folder.In("outside"));
        _folder.Put("folder/x", "x");
        _folder.Link("folder/out", _folder.In("outside"));

        _folder.Files.Delete(new DeleteFileRequest { Path = "out" });
        _folder.Files.Delete(new DeleteFileRequest { Path = "folder", Recursive = true });

        Assert.True(File.Exists(_folder.In("outside/deep/secret")));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Read_LinksInACircle_IsRefused()
    {
        _folder.Link("a", "b");
        _folder.Link("b", "a");

        var exception = Assert.Throws<FileException>(() => _folder.Files.Read(new ReadFileRequest { Path = "a" }));

        Assert.Contains("circles", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_PipeOrDevice_IsRefusedAtOnce(bool portable)
    {
        Process.Start("mkfifo", _folder.Inside("pipe")).WaitForExit();
        Func<string, Folder>? open = portable ? PortableFolder.OpenRoot : null;
        var roots = new FileRoots([_folder.Root, "/dev"], _folder.Root);

        foreach (var path in new[] { "pipe", "/dev/tty", "/dev/ptmx" })
        {
            using var location = PathWalk.Resolve(roots, path, open: open);
            var exception = Assert.Throws<FileException>(location.OpenFile);

            Assert.NotEqual(FileErrorKind.Outside, exception.Kind);
        }
    }

    [Fact]
    public void Read_KernelFile_IsRefusedEvenBeneathARoot()
    {
        var files = new FileHandlers(new FileRoots(["/"], "/"));

        var exception = Assert.Throws<FileException>(() => files.Read(new ReadFileRequest { Path = "/proc/self/environ" }));

        Assert.Equal(FileErrorKind.WrongKind, exception.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public void Read_PathThatIsNone_IsRefused(string path)
    {
        var exception = Assert.Throws<FileException>(() => _folder.Files.Read(new ReadFileRequest { Path = path }));

        Assert.Equal(FileErrorKind.Invalid, exception.Kind);
    }

    [Fact]
    public void Read_AbsurdlyLongPath_IsRefusedBriefly()
    {
        var exception = Assert.Throws<FileException>(() => _folder.Files.Read(new ReadFileRequest { Path = new string('a', 100_000) }));
        var many = Assert.Throws<FileException>(() => _folder.Files.Read(new ReadFileRequest { Path = string.Concat(Enumerable.Repeat("./../root/", 400)) + "x" }));
        var name = Assert.Throws<FileException>(() => _folder.Files.Write(new WriteFileRequest { Path = new string('a', 300), Content = "" }));

        Assert.True(exception.Message.Length < 500);
        Assert.Equal(FileErrorKind.NotFound, many.Kind);
        Assert.Equal(FileErrorKind.Invalid, name.Kind);
    }

    [Fact]
    public void Resolve_PortableFolder_FollowsTheSameRules()
    {
        _folder.Put("a/b.txt", "x");
        _folder.Link("in", "a/b.txt");
        _folder.Link("out", "../outside");

        using var inside = PathWalk.Resolve(_folder.Roots, "in", open: PortableFolder.OpenRoot);
        var outside = Assert.Throws<FileException>(() => PathWalk.Resolve(_folder.Roots, "out/secret", open: PortableFolder.OpenRoot));
        using var handle = inside.OpenFile();

        Assert.Equal("a/b.txt", inside.Display);
        Assert.Equal(1, RandomAccess.GetLength(handle));
        Assert.Equal(FileErrorKind.Outside, outside.Kind);
    }

    [Fact]
    public async Task AnyOperation_FolderSwappedForALinkAllTheTime_NeverReachesOutside()
    {
        _folder.Put("swap/secret", "inside");
        _folder.Put("parked", "");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var attacker = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    try
                    {
                        Directory.Move(_folder.Inside("swap"), _folder.Inside("aside"));
                        File.CreateSymbolicLink(_folder.Inside("swap"), _folder.In("outside"));
                        File.Delete(_folder.Inside("swap"));
                        Directory.Move(_folder.Inside("aside"), _folder.Inside("swap"));
                    }
                    catch (IOException)
                    {
                        // A write made the folder anew in the moment when there was none, and may be writing into it still.
                        while (Directory.Exists(_folder.Inside("aside")))
                        {
                            try
                            {
                                Directory.Delete(_folder.Inside("swap"), recursive: true);
                                Directory.Move(_folder.Inside("aside"), _folder.Inside("swap"));
                            }
                            catch (IOException)
                            {
                                // Again.
                            }
                        }
                    }
                }
            },
            TestContext.Current.CancellationToken);

        var read = 0;
        for (var i = 0; i < 3_000; i++)
        {
            try
            {
                Assert.Equal("inside", _folder.Files.Read(new ReadFileRequest { Path = "swap/secret" }).Text);
                _folder.Files.Write(new WriteFileRequest { Path = "swap/secret", Content = "inside" });
                read++;
            }
            catch (FileException)
            {
            }
        }

        await stop.CancelAsync();
        await attacker;
        Assert.True(read > 0);
        Assert.Equal(TemporaryFolder.Secret, File.ReadAllText(_folder.In("outside/secret")));
    }
}
