using System.Diagnostics;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;

namespace Drafthorse.IntegrationTests.Threads;

public sealed class FullDiskTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FullDisk_IsATypedError_AndTheStoreGoesOnWhenThereIsSpace()
    {
        var directory = Directory.CreateTempSubdirectory("drafthorse-full-").FullName;
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", directory) == 0,
            "A small file system can only be mounted as root on Linux.");
        try
        {
            await FillAsync(directory);
        }
        finally
        {
            await RunAsync("umount", directory);
            Directory.Delete(directory);
        }
    }

    private static async Task FillAsync(string directory)
    {
        var filler = Path.Combine(directory, "filler");
        await File.WriteAllBytesAsync(filler, new byte[1_500_000], Ct);
        await using var store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = Path.Combine(directory, "drafthorse.db") });
        var accepted = 0;

        var error = await Assert.ThrowsAsync<ThreadStoreException>(async () =>
        {
            for (; accepted < 10_000; accepted++)
            {
                await store.EnqueueAsync(Delivery($"test:{accepted}", 20_000), Ct);
            }
        });

        Assert.Equal(ThreadStoreError.Full, error.Error);
        Assert.Contains("Free some space", error.Message, StringComparison.Ordinal);
        Assert.Null(await store.GetThreadAsync(ThreadId.FromKey($"test:{accepted}"), Ct));
        File.Delete(filler);
        await store.EnqueueAsync(Delivery($"test:{accepted++}", 20_000), Ct);
        Assert.Equal(accepted, (await store.GetStatusAsync(Ct)).InboxDepth);
    }

    private static EnqueueRequest Delivery(string key, int size) => new()
    {
        ThreadKey = key,
        Origin = new ThreadOrigin { Channel = "test", User = "ann" },
        DeliveryId = "d1",
        Message = new InboxMessage { Id = "m1", Version = 1, Sender = "ann", Text = new string('x', size) },
    };

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
