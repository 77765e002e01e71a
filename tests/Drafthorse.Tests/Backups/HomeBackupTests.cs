using System.Formats.Tar;
using System.IO.Compression;
using Drafthorse.Backups;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;
using Drafthorse.Tests.Threads.Conformance;
using Microsoft.Extensions.Configuration;

namespace Drafthorse.Tests.Backups;

public sealed class HomeBackupTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("drafthorse-backup-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Archive => Path.Combine(_root.FullName, "backup.tar.gz");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task WriteAndRead_StoreInUse_IsTheStoreOfOneMomentWithWhatBelongsToIt()
    {
        var (before, after) = (Home("before"), Home("after"));
        await using var store = Open(before);
        await StoreContents.FillAsync(store);
        Put(before, "workspace/skills/x/SKILL.md", "skill");
        Put(before, "results/t/call", "result");
        Put(before, "results/t/other.part", "half");
        Put(before, "state/github-deliveries.json", "{}");
        Put(before, "state/git/mirror", "made again");
        Put(before, "appsettings.json", "{}");
        File.CreateSymbolicLink(Path.Combine(before.Home, "workspace", "link"), "/etc/passwd");
        var contents = await StoreContents.ReadAsync(store);

        var report = await new HomeBackup(before, TimeProvider.System).WriteAsync(Archive, Ct);
        var (manifest, restored) = await new HomeRestore(after).ReadAsync(Archive, Ct);

        Assert.Equal((0, 0), (report!.Total, restored!.Total));
        Assert.Equal(report.Counts, restored.Counts);
        Assert.Equal(["appsettings.json", "drafthorse.db", "results/t/call", "state/github-deliveries.json", "workspace/skills/x/SKILL.md"], manifest.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("skill", await File.ReadAllTextAsync(Path.Combine(after.Home, "workspace/skills/x/SKILL.md"), Ct));
        await using var again = Open(after);
        Assert.Equal(contents, await StoreContents.ReadAsync(again));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Archive));
    }

    [Fact]
    public async Task Write_WhileOthersWrite_LosesNothingThatWasAcceptedBefore()
    {
        var (before, after) = (Home("before"), Home("after"));
        await using var store = Open(before);
        var accepted = 0;
        using var enough = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 3).Select(sender => Task.Run(async () =>
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                await store.EnqueueAsync(StoreContents.Delivery($"thread{sender}:{number % 5}", $"d{number}"), Ct);
                Interlocked.Increment(ref accepted);
            }
        }, Ct)).ToList();
        while (Volatile.Read(ref accepted) < 50)
            await Task.Yield();

        var least = Volatile.Read(ref accepted);
        var report = await new HomeBackup(before, TimeProvider.System).WriteAsync(Archive, Ct);
        var most = Volatile.Read(ref accepted) + 3;
        await enough.CancelAsync();
        await Task.WhenAll(senders);
        await new HomeRestore(after).ReadAsync(Archive, Ct);

        await using var again = Open(after);
        Assert.Equal(0, report!.Total);
        Assert.InRange((await again.GetStatusAsync(Ct)).InboxDepth, least, most);
    }

    [Fact]
    public async Task Restore_ArchiveThatWasChangedOrCut_IsRefusedAndNothingIsRestored()
    {
        var (before, after) = (Home("before"), Home("after"));
        await using (var store = Open(before))
            await StoreContents.FillAsync(store);
        await new HomeBackup(before, TimeProvider.System).WriteAsync(Archive, Ct);
        var whole = await File.ReadAllBytesAsync(Archive, Ct);
        await File.WriteAllBytesAsync(Archive, whole[..(whole.Length / 2)], Ct);

        var cut = await Assert.ThrowsAsync<SettingsException>(() => new HomeRestore(after).ReadAsync(Archive, Ct));
        WriteArchive(("drafthorse.db", "x"), (BackupManifest.FileName, """{"version":1,"files":{"drafthorse.db":"00"}}"""));
        var changed = await Assert.ThrowsAsync<SettingsException>(() => new HomeRestore(after).ReadAsync(Archive, Ct));
        WriteArchive(("workspace/../../escape", "x"), (BackupManifest.FileName, "{}"));
        var outside = await Assert.ThrowsAsync<SettingsException>(() => new HomeRestore(after).ReadAsync(Archive, Ct));
        WriteArchive((BackupManifest.FileName, """{"version":9}"""));
        var newer = await Assert.ThrowsAsync<SettingsException>(() => new HomeRestore(after).ReadAsync(Archive, Ct));

        Assert.Contains("no whole backup", cut.Message, StringComparison.Ordinal);
        Assert.Contains("differs", changed.Message, StringComparison.Ordinal);
        Assert.Contains("a backup does not", outside.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", newer.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(after.StorePath));
        Assert.False(File.Exists(Path.Combine(_root.FullName, "escape")));
        Assert.Empty(Directory.GetDirectories(after.Home, ".restore-*"));
    }

    [Fact]
    public async Task Misused_IsSaid()
    {
        var home = Home("home");
        await using (var store = Open(home))
            await StoreContents.FillAsync(store);
        await new HomeBackup(home, TimeProvider.System).WriteAsync(Archive, Ct);

        var there = await Assert.ThrowsAsync<SettingsException>(() => new HomeBackup(home, TimeProvider.System).WriteAsync(Archive, Ct));
        var inUse = await Assert.ThrowsAsync<SettingsException>(() => new HomeRestore(home).ReadAsync(Archive, Ct));
        var nowhere = await Assert.ThrowsAsync<SettingsException>(() => new HomeBackup(home, TimeProvider.System).WriteAsync("/proc/nowhere/backup.tar.gz", Ct));

        Assert.Contains("name another one", there.Message, StringComparison.Ordinal);
        Assert.Contains("without threads", inUse.Message, StringComparison.Ordinal);
        Assert.Contains("There is no folder /proc/nowhere", nowhere.Message, StringComparison.Ordinal);
    }

    private static SqliteThreadStore Open(DrafthorseSettings settings) => new(new SqliteThreadStoreOptions { Path = settings.StorePath });

    private static void Put(DrafthorseSettings settings, string name, string text)
    {
        var path = Path.Combine(settings.Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void WriteArchive(params (string Name, string Text)[] files)
    {
        using var file = new FileStream(Archive, FileMode.Create);
        using var packed = new GZipStream(file, CompressionLevel.Fastest);
        using var archive = new TarWriter(packed);
        foreach (var (name, text) in files)
            archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) });
    }

    private DrafthorseSettings Home(string name)
    {
        var home = Directory.CreateDirectory(Path.Combine(_root.FullName, name)).FullName;
        return DrafthorseSettings.Read(new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DRAFTHORSE_HOME"] = home }).Build()));
    }
}
