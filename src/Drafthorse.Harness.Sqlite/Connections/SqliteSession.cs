using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Drafthorse.Harness.Sqlite.Connections;

/// <summary>One connection and its prepared statements. Used by one caller at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    public SqliteSession(string path, bool readOnly)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        try
        {
            _connection.Open();
        }
        catch
        {
            _connection.Dispose();
            throw;
        }

        _database = _connection.Handle!;
    }

    /// <summary>Whether a transaction is open. SQLite ends one by itself after some errors, such as a full disk.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    public SqliteStatement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            var code = raw.sqlite3_prepare_v2(_database, sql, out var prepared);
            if (code != raw.SQLITE_OK)
            {
                throw SqliteErrors.Last(_database, code);
            }

            _statements[sql] = statement = new SqliteStatement(_database, prepared);
        }

        return statement;
    }

    public void Run(string sql) => Use(sql).Run();

    /// <summary>The first column of the first row, or null without a row.</summary>
    public long? Scalar(string sql)
    {
        using var statement = Use(sql);
        return statement.Step() ? statement.NullableInt64(0) : null;
    }

    /// <summary>How long a statement waits for another process's lock before it fails.</summary>
    public void WaitForLocks(TimeSpan time) => raw.sqlite3_busy_timeout(_database, (int)time.TotalMilliseconds);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Close();
        }

        _connection.Dispose();
    }
}
