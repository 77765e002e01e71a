using System.Diagnostics;
using System.Net.Sockets;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Tests.Sandbox.Files;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        // What .NET cannot name it cannot remove either.
        Process.Start("rm", ["-r", _folder.Root]).WaitForExit();
        _folder.Dispose();
    }

    [Fact]
    public void Read_RegularFile_IsItsBytes()
    {
        var path = _folder.Put("a.txt", "alpha");
        _folder.Link("link", path);

        Assert.Equal("alpha"u8.ToArray(), RegularFile.Read(path, 5));
        Assert.Equal("alpha", RegularFile.ReadText(_folder.Inside("link"), 100));
        Assert.Equal("", RegularFile.ReadText(_folder.Put("empty", ""), 0));
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/stdin")]
    [InlineData("/proc/self/environ")]
    [InlineData("/proc/kmsg")]
    [InlineData("/sys/kernel/notes")]
    [InlineData("/")]
    public void Open_DeviceKernelFileOrFolder_IsNoRegularFile(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && (File.Exists(path) || Directory.Exists(path)), $"there is no {path}");

        Assert.Equal("It is not a regular file.", Assert.Throws<IOException>(() => RegularFile.Open(path)).Message);
    }

    [Fact]
    public void Open_PipeWithoutWriterOrSocket_DoesNotWait()
    {
        Process.Start("mkfifo", [_folder.Inside("pipe")]).WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.Inside("socket")));
        _folder.Link("link", "pipe");

        Assert.All(["pipe", "socket", "link"], name => Assert.Throws<IOException>(() => RegularFile.Open(_folder.Inside(name))));
    }

    [Fact]
    public void Open_LinkThatIsNotFollowed_IsNoRegularFile()
    {
        _folder.Link("link", _folder.Put("a.txt", "alpha"));

        Assert.Throws<IOException>(() => RegularFile.Open(_folder.Inside("link"), followLink: false));
    }

    [Fact]
    public void Read_LargerThanAsked_IsRefused()
    {
        var path = _folder.Put("a.txt", "alpha");

        Assert.Contains("too large", Assert.Throws<IOException>(() => RegularFile.Read(path, 4)).Message);
    }

    [Fact]
    public void Open_NameThatIsNotUtf8_IsOpened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "file names are bytes on Linux only");
        Process.Start("sh", ["-c", "printf alpha > \"$0/$(printf 'b\\377\\nx')\"", _folder.Root]).WaitForExit();
        var name = FileName.Decode([(byte)'b', 0xFF, (byte)'\n', (byte)'x']);

        Assert.Equal("alpha", RegularFile.ReadText(_folder.Inside(name), 100));
        Assert.Throws<FileNotFoundException>(() => RegularFile.Open(_folder.Inside("b\uFFFD\nx")));
    }

    [Fact]
    public void FileName_AnyBytes_ComeBack()
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);

            Assert.Equal(bytes, FileName.Encode(FileName.Decode(bytes)));
        }
    }
}
