using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Sqlite.Tables;
using Drafthorse.Harness.Threads.Operations;
using Drafthorse.Harness.Threads;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Harness.Sqlite;

/// <summary>
/// Threads in one SQLite file on a local disk, shared safely by several processes of one machine. Every write is flushed before
/// it is answered; writes that come together share one flush.
/// </summary>
public sealed class SqliteThreadStore : ThreadStore
{
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly string _path;

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="options">Where it lies.</param>
    /// <param name="timeProvider">The store's clock, the same in all processes that share the file; null = the system's.</param>
    /// <exception cref="ThreadStoreException">The file cannot be opened, is damaged, is of a newer version or on a network file system.</exception>
    public SqliteThreadStore(SqliteThreadStoreOptions options, TimeProvider? timeProvider = null)
        : base(timeProvider ?? TimeProvider.System)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Path);
        options = new SqliteThreadStoreOptions
        {
            Path = Path.GetFullPath(options.Path),
            LockTimeout = options.LockTimeout,
            MaxReaders = options.MaxReaders,
        };
        _path = options.Path;
        SqliteFile.Prepare(options.Path);
        var session = Open(options.Path);
        _readers = new SqliteReaders(options, timeProvider ?? TimeProvider.System);
        _writer = new SqliteWriter(session, options, timeProvider ?? TimeProvider.System, Signal);
    }

    internal override string Kind => "sqlite";

    internal override string Place => $"the SQLite file {_path}";

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await Task.Run(_writer.Dispose).ConfigureAwait(false);
        _readers.Dispose();
        Signal.RaiseAll();
    }

    private protected override Task<T> ReadAsync<T>(StoreReads reads, Func<StoreTables, T> read, CancellationToken cancellationToken) =>
        _readers.ReadAsync(read, cancellationToken);

    private protected override Task<T> WriteAsync<T>(StoreReads reads, Func<StoreTables, T> operation, CancellationToken cancellationToken) =>
        _writer.WriteAsync(operation, cancellationToken);

    private protected override Task<bool> MayHaveClaimableAsync(CancellationToken cancellationToken) => _readers.ReadAsync(tables => tables.HasClaimable(), cancellationToken);

    private protected override Task<bool> MayHaveOutboxAsync(CancellationToken cancellationToken) => _readers.ReadAsync(tables => tables.HasOutbox(), cancellationToken);

    private protected override Task<(long? Due, long Now)> ReadNextDueAsync() => Task.FromResult(_readers.ReadNow(tables => (tables.NextDue(), tables.Now), CancellationToken.None));

    private static SqliteSession Open(string path)
    {
        SqliteSession? session = null;
        try
        {
            session = new SqliteSession(path, readOnly: false);
            SqliteSchema.Prepare(session, path);
            return session;
        }
        catch (SqliteException exception)
        {
            session?.Dispose();
            throw SqliteErrors.ToStoreError(exception, path);
        }
        catch (ThreadStoreException)
        {
            session?.Dispose();
            throw;
        }
    }
}
