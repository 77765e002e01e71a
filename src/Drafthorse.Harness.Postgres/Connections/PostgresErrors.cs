using System.Net.Sockets;
using Drafthorse.Harness.Threads;
using Npgsql;

namespace Drafthorse.Harness.Postgres.Connections;

/// <summary>PostgreSQL's errors as errors of the store that name cause and cure.</summary>
internal static class PostgresErrors
{
    /// <summary>Whether the operation met another one and, run again, sees what that one did.</summary>
    public static bool IsConflict(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>Whether the server may be back soon: it restarts, fails over, or the network is cut.</summary>
    public static bool IsPassing(Exception exception) => exception is PostgresException error
        ? error.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.ConnectionFailure or PostgresErrorCodes.ConnectionDoesNotExist or PostgresErrorCodes.ConnectionException
        : IsOfServer(exception);

    /// <summary>Whether the server or the way to it is the cause, not the operation.</summary>
    public static bool IsOfServer(Exception exception) => exception is NpgsqlException or SocketException or IOException or TimeoutException;

    public static ThreadStoreException ToStoreError(Exception exception, string place) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new(ThreadStoreError.Full, $"The disk of {place} is full. Nothing of this operation was written. Free some space; the store goes on by itself.", exception),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } error => new(ThreadStoreError.NoAccess, $"{place} refused the user: {error.MessageText}. Check user and password of DATABASE_URL.", exception),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => new(ThreadStoreError.NoAccess, $"{place} does not exist on the server. Make it (CREATE DATABASE), or name another one in DATABASE_URL.", exception),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } error => new(ThreadStoreError.NoAccess, $"The user may not do this in {place}: {error.MessageText}. It must own the schema \"drafthorse\", or may make it (GRANT CREATE ON DATABASE).", exception),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => new(ThreadStoreError.NoAccess, $"{place} is read-only: it is a standby, or default_transaction_read_only is on. Name the primary in DATABASE_URL (several hosts with target_session_attrs=primary).", exception),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => new(ThreadStoreError.Overloaded, $"{place} did not answer in time. Nothing of this operation was written. Look for long transactions and a slow disk on the server.", exception),
        PostgresException error => new(ThreadStoreError.Failed, $"{place} failed: {error.MessageText} ({error.SqlState}). Nothing of this operation was written.", exception),
        _ => new(ThreadStoreError.Unreachable, $"{place} cannot be reached: {exception.Message}. Check that it runs, and the address in DATABASE_URL; the store goes on by itself when it is back.", exception),
    };
}
