using System.Collections.Concurrent;
using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Sqlite.Tables;
using Drafthorse.Harness.Threads.Operations;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Harness.Sqlite;

/// <summary>A few connections that only read, each on the state of one moment; writers never wait for them.</summary>
internal sealed class SqliteReaders(SqliteThreadStoreOptions options, TimeProvider timeProvider) : IDisposable
{
    private readonly ConcurrentBag<(SqliteSession Session, SqliteTables Tables)> _idle = [];
    private readonly SemaphoreSlim _free = new(options.MaxReaders);
    private volatile bool _closed;

    public async Task<T> ReadAsync<T>(Func<StoreTables, T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Read(read);
    }

    public T ReadNow<T>(Func<StoreTables, T> read, CancellationToken cancellationToken)
    {
        _free.Wait(cancellationToken);
        return Read(read);
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var reader))
        {
            reader.Session.Dispose();
        }
    }

    private T Read<T>(Func<StoreTables, T> read)
    {
        SqliteSession? session = null;
        try
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteThreadStore));
            (session, var tables) = _idle.TryTake(out var idle) ? idle : Open();
            session.Run("BEGIN");
            tables.Now = StoreTime.Now(timeProvider);
            var result = read(tables);
            session.Run("COMMIT");
            _idle.Add((session, tables));
            session = null;
            return result;
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.ToStoreError(exception, options.Path);
        }
        finally
        {
            session?.Dispose();
            _free.Release();
            if (_closed)
            {
                Dispose();
            }
        }
    }

    private (SqliteSession Session, SqliteTables Tables) Open()
    {
        var session = new SqliteSession(options.Path, readOnly: true);
        session.WaitForLocks(options.LockTimeout);
        return (session, new SqliteTables(session));
    }
}
