using Drafthorse.Harness.Filesystems;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Tests.Sandboxes;

public sealed class LocalBackendTests
{
    [Fact]
    public async Task DisposeAsync_NoSpillDirectoryGiven_LeavesNoneBehind()
    {
        string spill;
        await using (var backend = new LocalFilesystemSpec().CreateBackend(TimeProvider.System))
        {
            var request = new SandboxRequest { ThreadId = ThreadId.FromKey("cli:local"), Token = 1 };
            await using var session = await new SandboxPool(backend).AcquireAsync(request, TestContext.Current.CancellationToken);
            spill = (await session.GetClientAsync(TestContext.Current.CancellationToken)).Info.SpillDirectory;
            Assert.True(Directory.Exists(spill));
        }

        Assert.False(Directory.Exists(spill));
    }
}
