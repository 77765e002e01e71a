using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Postgres.Tables;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Operations;
using Npgsql;

namespace Drafthorse.Harness.Postgres;

/// <summary>
/// One write: a transaction of two round trips, load and change. Where the connection breaks while the change is committed, the outcome is looked up
/// before anything is done again: each transaction leaves its number in a table.
/// </summary>
internal sealed class PostgresOperation<T>(NpgsqlDataSource source, PostgresThreadStoreOptions options, string place, StoreReads reads, Func<StoreTables, T> operation)
{
    private const int MostConflicts = 50;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Guid _id = Guid.CreateVersion7();
    private bool _mayBeDone;
    private T _result = default!;

    /// <summary>What it changed, for those who wait.</summary>
    public IReadOnlyList<Change> Changes { get; private set; } = [];

    public async Task<T> RunAsync(Func<long?> fixedNow, CancellationToken cancellationToken)
    {
        var started = Environment.TickCount64;
        for (int conflicts = 0, failures = 0; ;)
        {
            try
            {
                await TryAsync(fixedNow(), cancellationToken).ConfigureAwait(false);
                return _result;
            }
            catch (Exception exception) when (PostgresErrors.IsConflict(exception) && conflicts < MostConflicts)
            {
                conflicts++;
                await Task.Delay(Random.Shared.Next(conflicts * 2), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (PostgresErrors.IsPassing(exception) && Environment.TickCount64 - started < options.Patience.TotalMilliseconds)
            {
                var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 10 << Math.Min(failures++, 10)));
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (PostgresErrors.IsOfServer(exception))
            {
                if (_mayBeDone)
                    throw new ThreadStoreException(ThreadStoreError.Unreachable, $"The connection to {place} broke while an operation was committed, and its outcome could not be looked up: {exception.Message}. It may have been written; repeating it is safe.", exception);
                throw PostgresErrors.ToStoreError(exception, place);
            }
        }
    }

    private async Task TryAsync(long? fixedNow, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var inTransaction = true;
        try
        {
            var tables = new LoadedTables(reads);
            if (await LoadAsync(connection, tables, fixedNow, cancellationToken).ConfigureAwait(false))
                return;

            _result = operation(tables);
            await ChangeAsync(connection, tables).ConfigureAwait(false);
            inTransaction = false;
            Changes = [.. tables.Changes];
        }
        finally
        {
            if (inTransaction)
                await RollBackAsync(connection).ConfigureAwait(false);
        }
    }

    /// <summary>Returns whether an earlier try was committed after all.</summary>
    private async Task<bool> LoadAsync(NpgsqlConnection connection, LoadedTables tables, long? fixedNow, CancellationToken cancellationToken)
    {
        await using var batch = new SqlBatch(connection);
        batch.Add("BEGIN");
        batch.Add($"SET LOCAL statement_timeout = {(int)options.StatementTimeout.TotalMilliseconds}");
        new PostgresLoader(batch, tables, fixedNow, isWrite: true).Add();
        var isDone = false;
        if (_mayBeDone)
            batch.Add(_ => isDone = true, "SELECT 1 FROM drafthorse.operations WHERE id = $1", _id);
        await batch.RunAsync(cancellationToken).ConfigureAwait(false);
        return isDone;
    }

    private async Task ChangeAsync(NpgsqlConnection connection, LoadedTables tables)
    {
        await using var batch = new SqlBatch(connection);
        if (!tables.Written.IsEmpty)
        {
            batch.Add("INSERT INTO drafthorse.operations (id, at) VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)", _id);
            PostgresChanges.Add(batch, tables);
        }

        batch.Add("COMMIT");
        try
        {
            // Not cancelled: an operation that was asked for is done or not done, never unknown.
            await batch.RunAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not PostgresException { SqlState: not (PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown) })
        {
            _mayBeDone = true;
            throw;
        }
    }

    private static async Task RollBackAsync(NpgsqlConnection connection)
    {
        if (connection.FullState != System.Data.ConnectionState.Open)
            return;

        try
        {
            await using var command = new NpgsqlCommand("ROLLBACK", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or InvalidOperationException)
        {
            // The server has rolled back by itself: the connection is gone.
        }
    }
}
