using Drafthorse.Harness.Threads;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Drafthorse.Harness.Sqlite.Connections;

/// <summary>SQLite's result codes as errors of the store that name cause and cure.</summary>
internal static class SqliteErrors
{
    public static SqliteException Last(sqlite3 database, int code) =>
        new(raw.sqlite3_errmsg(database).utf8_to_string(), code & 0xFF, raw.sqlite3_extended_errcode(database));

    public static bool IsLocked(SqliteException exception) => exception.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    public static ThreadStoreException ToStoreError(SqliteException exception, string path) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => new(
            ThreadStoreError.Full,
            $"The disk of the thread store {path} is full. Nothing of this operation was written. Free some space; the store goes on by itself.",
            exception),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(
            ThreadStoreError.Locked,
            $"Another process kept the thread store {path} locked. Nothing of this operation was written. Try again, or look for a stopped process that has the file open.",
            exception),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(
            ThreadStoreError.Damaged,
            $"The thread store {path} is damaged or is no SQLite database ({exception.Message}). Restore it from a backup, or move it away (with its -wal and -shm files) to start with an empty one.",
            exception),
        raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => new(
            ThreadStoreError.NoAccess,
            $"The thread store {path} cannot be opened for writing ({exception.Message}). Check that the directory exists and that this user may write the file and its directory.",
            exception),
        _ => new(
            ThreadStoreError.Failed,
            $"The thread store {path} failed: {exception.Message} (SQLite {exception.SqliteExtendedErrorCode}). Nothing of this operation was written. Check the disk.",
            exception),
    };
}
