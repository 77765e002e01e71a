using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Runs;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Tests.Threads.Sqlite;

public sealed class SqliteFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drafthorse-store-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(_directory, "drafthorse.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Open_NewFile_IsReadableByItsOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes.");
        var path = Path.Combine(_directory, "made", "here.db");
        await using var store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = path });
        await store.EnqueueAsync(RunTesting.Delivery("a"), Ct);

        Assert.All(
            Directory.GetFiles(Path.GetDirectoryName(path)!),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Open_Again_HasEverything()
    {
        await using (var store = Open())
        {
            await store.EnqueueAsync(RunTesting.Delivery("a"), Ct);
        }

        await using var again = Open();
        Assert.Equal("text of m1", Assert.Single(await again.ReadInboxAsync(ThreadId.FromKey("a"), Ct)).Message.Text);
    }

    [Fact]
    public void Open_NoDatabase_IsDamaged()
    {
        File.WriteAllText(Database, new string('x', 10_000));

        var error = Assert.Throws<ThreadStoreException>(Open);

        Assert.Equal(ThreadStoreError.Damaged, error.Error);
        Assert.Contains(Database, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DatabaseOfAnotherProgram_IsRefusedAndUnchanged()
    {
        Run("CREATE TABLE theirs (x)");

        Assert.Equal(ThreadStoreError.Damaged, Assert.Throws<ThreadStoreException>(Open).Error);
        Assert.Equal(1L, Run("SELECT count(*) FROM sqlite_schema"));
    }

    [Fact]
    public async Task Open_NewerVersion_IsRefusedAndUnchanged()
    {
        await Open().DisposeAsync();
        Run("PRAGMA user_version = 99");

        var error = Assert.Throws<ThreadStoreException>(Open);

        Assert.Equal(ThreadStoreError.NewerVersion, error.Error);
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
        Assert.Equal(99L, Run("PRAGMA user_version"));
    }

    [Fact]
    public async Task Open_DamagedPages_IsATypedErrorNotACrash()
    {
        await using (var store = Open())
        {
            for (var i = 0; i < 200; i++)
            {
                await store.EnqueueAsync(RunTesting.Delivery($"a:{i}"), Ct);
            }
        }

        await using (var file = File.OpenWrite(Database))
        {
            file.Seek(4096, SeekOrigin.Begin);
            await file.WriteAsync(Enumerable.Repeat((byte)0x5A, (int)file.Length - 4096).ToArray(), Ct);
        }

        var error = await Assert.ThrowsAsync<ThreadStoreException>(async () =>
        {
            await using var store = Open();
            await store.EnqueueAsync(RunTesting.Delivery("a:1", "m2"), Ct);
        });

        Assert.Equal(ThreadStoreError.Damaged, error.Error);
    }

    [Theory]
    [InlineData("/dev/null/store.db")]
    [InlineData("/proc/store/drafthorse.db")]
    public void Open_NoSuchPlace_IsNoAccess(string path)
    {
        var error = Assert.Throws<ThreadStoreException>(() => new SqliteThreadStore(new SqliteThreadStoreOptions { Path = path }));

        Assert.Equal(ThreadStoreError.NoAccess, error.Error);
    }

    [Fact]
    public void Open_ADirectory_IsNoAccess()
    {
        Directory.CreateDirectory(Database);

        Assert.Equal(ThreadStoreError.NoAccess, Assert.Throws<ThreadStoreException>(Open).Error);
    }

    [Theory]
    [InlineData("nfs", DriveType.Network)]
    [InlineData("cifs", DriveType.Unknown)]
    [InlineData("9p", DriveType.Fixed)]
    [InlineData("fuse.sshfs", DriveType.Fixed)]
    public void NetworkFileSystem_IsRefused(string format, DriveType type)
    {
        var error = Assert.Throws<ThreadStoreException>(() => SqliteFile.RefuseNetwork("/x/store.db", format, type));

        Assert.Equal(ThreadStoreError.NetworkFileSystem, error.Error);
        Assert.Contains("Redis", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ext3", DriveType.Fixed)]
    [InlineData("overlay", DriveType.Fixed)]
    [InlineData("tmpfs", DriveType.Ram)]
    public void LocalFileSystem_IsAccepted(string format, DriveType type) => SqliteFile.RefuseNetwork("/x/store.db", format, type);

    [Fact]
    public async Task LockedByAnotherProcess_IsATypedError_ThenWorksAgain()
    {
        await using var store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = Database, LockTimeout = TimeSpan.FromMilliseconds(200) });
        await store.EnqueueAsync(RunTesting.Delivery("a"), Ct);
        using var other = new SqliteConnection($"Data Source={Database};Pooling=False");
        other.Open();
        using (var transaction = other.BeginTransaction(deferred: false))
        {
            var error = await Assert.ThrowsAsync<ThreadStoreException>(() => store.EnqueueAsync(RunTesting.Delivery("a", "m2"), Ct));
            Assert.Equal(ThreadStoreError.Locked, error.Error);
            Assert.Single(await store.ReadInboxAsync(ThreadId.FromKey("a"), Ct));
        }

        await store.EnqueueAsync(RunTesting.Delivery("a", "m2"), Ct);
        Assert.Equal(2, (await store.ReadInboxAsync(ThreadId.FromKey("a"), Ct)).Count);
    }

    [Fact]
    public async Task Dispose_WithQueuedWrites_FinishesThem()
    {
        var store = Open();
        var writes = Enumerable.Range(0, 200).Select(i => store.EnqueueAsync(RunTesting.Delivery($"a:{i}"), Ct)).ToList();

        await store.DisposeAsync();

        await Task.WhenAll(writes);
        await using var again = Open();
        Assert.Equal(200, (await again.GetStatusAsync(Ct)).InboxDepth);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.EnqueueAsync(RunTesting.Delivery("b"), Ct));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.GetStatusAsync(Ct));
    }

    [Fact]
    public async Task OneRefusedOperation_InAGroup_LeavesTheOthers()
    {
        await using var store = Open();
        await store.EnqueueAsync(RunTesting.Delivery("a"), Ct);
        var lease = (await store.ClaimAsync(new ClaimRequest { Owner = "one" }, Ct))!.Lease;

        var good = Enumerable.Range(0, 20).Select(i => store.EnqueueAsync(RunTesting.Delivery($"b:{i}"), Ct)).ToList();
        var bad = store.CommitAsync(new CommitRequest { Lease = lease with { Token = 1 }, Sequence = 1 }, Ct);
        var alsoGood = store.CommitAsync(new CommitRequest { Lease = lease, Sequence = 1, Consumed = [0] }, Ct);

        await Assert.ThrowsAsync<LeaseLostException>(() => bad);
        await Task.WhenAll([.. good, alsoGood]);
        Assert.Equal(20, (await store.GetStatusAsync(Ct)).InboxDepth);
    }

    [Fact]
    public async Task CancelledBeforeItsTurn_IsNotWritten()
    {
        await using var store = Open();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.EnqueueAsync(RunTesting.Delivery("a"), cancelled.Token));

        Assert.Null(await store.GetThreadAsync(ThreadId.FromKey("a"), Ct));
    }

    private SqliteThreadStore Open() => new(new SqliteThreadStoreOptions { Path = Database });

    private object? Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
