using Drafthorse.Harness;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Local;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;
using Microsoft.Extensions.Time.Testing;

namespace Drafthorse.Tests.Sandboxes;

public sealed class LocalBackendTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("drafthorse-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Spill => Path.Combine(_directory.FullName, "spill");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task DisposeAsync_NoSpillDirectoryGiven_LeavesNoneBehind()
    {
        string spill;
        await using (var backend = new LocalFilesystemSpec().CreateBackend(TimeProvider.System))
        {
            var request = new SandboxRequest { ThreadId = ThreadId.FromKey("cli:local"), Token = 1 };
            await using var session = await new SandboxPool(backend).AcquireAsync(request, Token);
            spill = Path.GetDirectoryName((await session.GetClientAsync(Token)).Info.SpillDirectory)!;
            Assert.True(Directory.Exists(spill));
        }

        Assert.False(Directory.Exists(spill));
    }

    [Fact]
    public async Task RemoveAsync_SandboxThatSpilled_RemovesItsFilesAlone()
    {
        await using var backend = New();
        var (one, other) = (await SpillAsync(backend, "one"), await SpillAsync(backend, "other"));

        await backend.RemoveAsync(one.Record, Token);

        Assert.False(File.Exists(one.Path));
        Assert.True(File.Exists(other.Path));
    }

    [Fact]
    public async Task StartAsync_FilesOfAKilledProcess_AreRemovedByAge()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using (var killed = New())
            await SpillAsync(killed, "killed");

        await using (var successor = New(time))
            await successor.ListAsync(Token);
        Assert.Equal(["killed"], Directory.GetDirectories(Spill).Select(Path.GetFileName));

        time.Advance(TimeSpan.FromDays(8));
        await using (var later = New(time))
            await later.ListAsync(Token);
        Assert.Empty(Directory.GetFileSystemEntries(Spill));
    }

    private LocalBackend New(TimeProvider? time = null) => new(new LocalOptions { WorkingDirectory = _directory.FullName, SpillDirectory = Spill }, time);

    private static async Task<(SandboxRecord Record, string Path)> SpillAsync(LocalBackend backend, string name)
    {
        var record = await backend.StartAsync(new SandboxStart { ThreadId = ThreadId.FromKey("cli:local"), Name = name }, Token);
        await using var client = await Drafthorse.Sandbox.SandboxClient.AttachAsync(await backend.AttachAsync(record, Token), new() { Token = 1 }, null, Token);
        var result = await client.Commands.ExecAsync(new ExecRequest { CallId = "1", Command = "seq 10000", OutputLimit = 1024, Timeout = TimeSpan.FromMinutes(1) }, null, Token);
        return (record, result.SpillPath!);
    }
}
