using System.Diagnostics;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.IntegrationTests.Sandbox.Files;

/// <summary>File changes on a disk of one megabyte.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _disk = Directory.CreateTempSubdirectory("drafthorse-").FullName;
    private readonly bool _isMounted;

    public FullDiskTests() => _isMounted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _disk) == 0;

    public void Dispose()
    {
        if (_isMounted)
        {
            Run("umount", _disk);
        }

        Directory.Delete(_disk, recursive: true);
    }

    [Fact]
    public void Change_DiskFull_IsToldAndNothingIsLost()
    {
        Assert.SkipUnless(_isMounted, "Mounting a small tmpfs needs root.");
        var files = new FileHandlers(new FileRoots([_disk], _disk));
        var kept = new string('k', 300_000);
        files.Write(new WriteFileRequest { Path = "kept", Content = kept });

        var write = Assert.Throws<FileException>(() => files.Write(new WriteFileRequest { Path = "kept", Content = new string('x', 2_000_000) }));
        var edit = Assert.Throws<FileException>(() => files.Edit(new EditFileRequest { Path = "kept", Edits = [new() { OldText = "k", NewText = "kkkk", ReplaceAll = true }] }));
        var patch = Assert.Throws<FileException>(() => files.Patch(new ApplyPatchRequest
        {
            Patch = $"*** Begin Patch\n*** Add File: small\n+x\n*** Add File: large\n+{new string('x', 900_000)}\n*** End Patch",
        }));

        Assert.All([write, edit, patch], exception => Assert.Equal(FileErrorKind.NoSpace, exception.Kind));
        Assert.Contains("df -h", write.Message, StringComparison.Ordinal);
        Assert.Equal(kept, File.ReadAllText(Path.Combine(_disk, "kept")));
        Assert.Equal(["kept"], Directory.GetFileSystemEntries(_disk).Select(Path.GetFileName));
        files.Write(new WriteFileRequest { Path = "kept", Content = "smaller" });
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
