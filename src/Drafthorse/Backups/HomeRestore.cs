using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.Sandbox.Files;
using Drafthorse.Settings;

namespace Drafthorse.Backups;

/// <summary>Puts a backup into a home that has no threads. The store comes last, so that a restore that was cut off is not taken for a whole one.</summary>
internal sealed class HomeRestore(DrafthorseSettings settings)
{
    private const int MaxManifest = 64 * 1024 * 1024;

    /// <summary>Checks the whole archive against its own digests, then brings its files in place.</summary>
    /// <exception cref="SettingsException">The archive is no whole backup, or the home has threads.</exception>
    public async Task<(BackupManifest Manifest, StoreReport? Report)> ReadAsync(string archive, CancellationToken cancellationToken)
    {
        if (File.Exists(settings.StorePath))
            throw new SettingsException($"{settings.StorePath} is there: a backup is restored into a home without threads. Stop what works there and move the file away with its -wal and -shm, or set DRAFTHORSE_HOME to another folder.");
        HomeFolder.Prepare(settings);
        var staging = Path.Combine(settings.Home, $".restore-{Guid.NewGuid():N}");
        try
        {
            PrivateFolder.Create(staging);
            var manifest = await UnpackAsync(archive, staging, cancellationToken);
            foreach (var name in manifest.Files.Keys.OrderBy(name => name == HomeContents.Store).ThenBy(name => name, StringComparer.Ordinal))
            {
                var target = Path.Combine(settings.Home, name);
                PrivateFolder.Create(Path.GetDirectoryName(target)!);
                File.Move(Path.Combine(staging, name), target, overwrite: name != HomeContents.Store);
            }

            return (manifest, manifest.HasThreads ? await CheckAsync(cancellationToken) : null);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or JsonException or FormatException)
        {
            throw new SettingsException($"{archive} is no whole backup of drafthorse: {exception.Message} Nothing was restored.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The backup {archive} could not be restored: {exception.Message}", exception);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    private static async Task<BackupManifest> UnpackAsync(string archive, string staging, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>();
        BackupManifest? manifest = null;
        await using var file = RegularFile.Open(archive);
        await using var packed = new GZipStream(file, CompressionMode.Decompress);
        await using var reader = new TarReader(packed);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (manifest is not null || entry.EntryType != TarEntryType.RegularFile)
                throw new InvalidDataException("It holds what a backup does not.");
            if (entry.Name == BackupManifest.FileName)
            {
                manifest = BackupManifest.Read(await ReadAllAsync(entry.DataStream, cancellationToken));
                continue;
            }

            if (!HomeContents.IsOurs(entry.Name))
                throw new InvalidDataException("It holds a file that a backup does not.");
            var path = Path.Combine(staging, entry.Name);
            PrivateFolder.Create(Path.GetDirectoryName(path)!);
            found[entry.Name] = await WriteAsync(path, entry.DataStream, cancellationToken);
        }

        return manifest is null ? throw new InvalidDataException("Its end is missing.")
            : manifest.Version > BackupManifest.Newest ? throw new InvalidDataException("A newer version of drafthorse made it: restore it with that one.")
            : manifest.Files.Count == found.Count && manifest.Files.All(name => found.GetValueOrDefault(name.Key) == name.Value) ? manifest
            : throw new InvalidDataException("A file in it differs from what was backed up.");
    }

    private static async Task<string> WriteAsync(string path, Stream? data, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[128 * 1024];
        for (int got; data is not null && (got = await data.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, got);
            await file.WriteAsync(buffer.AsMemory(0, got), cancellationToken);
        }

        file.Flush(flushToDisk: true);
        PrivateFolder.CloseFile(path);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<byte[]> ReadAllAsync(Stream? data, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int got; data is not null && (got = await data.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (all.Length + got > MaxManifest)
                throw new InvalidDataException("Its list of files is too long.");
            all.Write(buffer, 0, got);
        }

        return all.ToArray();
    }

    private async Task<StoreReport> CheckAsync(CancellationToken cancellationToken)
    {
        await using var store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = settings.StorePath });
        return await new StoreCheck(store).RunAsync(cancellationToken);
    }
}
