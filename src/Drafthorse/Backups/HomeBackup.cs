using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Drafthorse.Composition;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads.Checks;
using Drafthorse.Sandbox.Files;
using Drafthorse.Settings;

namespace Drafthorse.Backups;

/// <summary>Writes a backup of a home, also while servers work in it: the store as it is at one moment, then what belongs to it.</summary>
internal sealed class HomeBackup(DrafthorseSettings settings, TimeProvider time)
{
    /// <summary>Writes the archive and reads every row of the store that is in it.</summary>
    /// <param name="target">The archive's file, which must not be there yet. It may hold secrets: only its owner can read it.</param>
    /// <param name="cancellationToken">Gives up; nothing of the file stays.</param>
    /// <returns>What the check of the copied store found; null when the threads are in a database of their own.</returns>
    /// <exception cref="SettingsException">It cannot be written.</exception>
    public async Task<StoreReport?> WriteAsync(string target, CancellationToken cancellationToken)
    {
        target = Path.GetFullPath(target);
        if (Path.Exists(target))
            throw new SettingsException($"{target} is there already. A backup is a new file: name another one, such as drafthorse-{time.GetUtcNow():yyyyMMdd-HHmmss}.tar.gz.");
        if (!Directory.Exists(Path.GetDirectoryName(target)))
            throw new SettingsException($"There is no folder {Path.GetDirectoryName(target)} for the backup: make it first.");
        var part = $"{target}.{Guid.NewGuid():N}.part";
        var copy = $"{part}.db";
        try
        {
            StoreReport? report = null;
            if (StoreAddress.Of(settings).Kind == StoreKind.Sqlite && File.Exists(settings.StorePath))
            {
                await SqliteBackup.CopyAsync(settings.StorePath, copy, cancellationToken);
                await using var store = new SqliteThreadStore(new SqliteThreadStoreOptions { Path = copy });
                report = await new StoreCheck(store).RunAsync(cancellationToken);
            }

            await WriteArchiveAsync(part, report is null ? null : copy, cancellationToken);
            File.Move(part, target);
            return report;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The backup could not be written to {target}: {exception.Message} Nothing of it was kept, and the home is as it was.", exception);
        }
        finally
        {
            foreach (var end in (string[])["", ".db", ".db-wal", ".db-shm", ".db-journal"])
                File.Delete(part + end);
        }
    }

    private async Task WriteArchiveAsync(string path, string? store, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, string>();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await using (var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        await using (var archive = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true))
        {
            if (store is not null)
                digests[HomeContents.Store] = await AddAsync(archive, HomeContents.Store, store, cancellationToken);
            foreach (var name in HomeContents.List(settings.Home))
            {
                // What is gone meanwhile is not missed: the oldest results go by themselves.
                if (File.Exists(Path.Combine(settings.Home, name)))
                    digests[name.Replace('\\', '/')] = await AddAsync(archive, name.Replace('\\', '/'), Path.Combine(settings.Home, name), cancellationToken);
            }

            var manifest = new BackupManifest { At = time.GetUtcNow(), HasThreads = store is not null, Files = digests };
            await archive.WriteEntryAsync(Entry(BackupManifest.FileName, new MemoryStream(manifest.Write())), cancellationToken);
        }

        file.Flush(flushToDisk: true);
    }

    private static async Task<string> AddAsync(TarWriter archive, string name, string path, CancellationToken cancellationToken)
    {
        await using var source = RegularFile.Open(path, followLink: false);
        await using var held = new LengthKept(source, source.Length);
        await archive.WriteEntryAsync(Entry(name, held), cancellationToken);
        return held.Digest;
    }

    private static PaxTarEntry Entry(string name, Stream data) => new(TarEntryType.RegularFile, name) { DataStream = data, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite };

    /// <summary>A file as long as it was when it was opened, and the digest of what was read of it: one that grows meanwhile would break the archive.</summary>
    private sealed class LengthKept(Stream inner, long length) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _read;

        public string Digest => Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var most = (int)Math.Min(buffer.Length, length - _read);
            if (most == 0)
                return 0;
            var got = inner.Read(buffer[..most]);
            if (got == 0)
                throw new IOException("A file became shorter while it was copied. Try again.");
            _hash.AppendData(buffer[..got]);
            _read += got;
            return got;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
