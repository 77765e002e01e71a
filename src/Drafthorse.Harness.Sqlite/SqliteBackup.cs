using Drafthorse.Harness.Sqlite.Connections;
using Drafthorse.Harness.Threads;
using Microsoft.Data.Sqlite;

namespace Drafthorse.Harness.Sqlite;

/// <summary>Copies a store's file while others write to it (SQLite's online backup): the copy is the store as it was at one moment.</summary>
public static class SqliteBackup
{
    /// <summary>Makes the copy and has SQLite check it. A copy that did not come to its end is removed.</summary>
    /// <param name="path">The store's file.</param>
    /// <param name="target">The copy, which must not be there yet.</param>
    /// <param name="cancellationToken">Given up between the copy and its check.</param>
    /// <exception cref="ThreadStoreException">The file cannot be read or the copy not be written, or the copy is damaged.</exception>
    public static async Task CopyAsync(string path, string target, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        try
        {
            await Task.Run(() => Copy(path, target, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            foreach (var part in ((string[])["", "-journal", "-wal", "-shm"]).Where(part => File.Exists(target + part)))
                File.Delete(target + part);
            throw;
        }
    }

    private static void Copy(string path, string target, CancellationToken cancellationToken)
    {
        using var from = new SqliteConnection(Address(path, SqliteOpenMode.ReadWrite));
        using var to = new SqliteConnection(Address(target, SqliteOpenMode.ReadWriteCreate));
        var read = path;
        try
        {
            from.Open();
            read = target;
            to.Open();
            from.BackupDatabase(to);
            cancellationToken.ThrowIfCancellationRequested();

            // One file that needs none beside it.
            Run(to, "PRAGMA journal_mode = DELETE");
            if (Run(to, "PRAGMA quick_check(1)") is not "ok" and var problem)
                throw new ThreadStoreException(ThreadStoreError.Damaged, $"The thread store {path} is damaged, and so would be its copy: {problem} See: drafthorse store check");
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.ToStoreError(exception, read);
        }
    }

    private static string? Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    private static string Address(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();
}
