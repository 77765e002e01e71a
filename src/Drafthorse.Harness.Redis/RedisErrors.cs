using Drafthorse.Harness.Threads;
using StackExchange.Redis;

namespace Drafthorse.Harness.Redis;

/// <summary>Redis' errors as errors of the store that name cause and cure.</summary>
internal static class RedisErrors
{
    /// <summary>Whether the server may be back soon, or says that another one has the data now.</summary>
    public static bool IsPassing(Exception exception) => exception is RedisConnectionException or RedisTimeoutException or ObjectDisposedException
        || (exception is RedisServerException error && (error.Message.StartsWith("LOADING", StringComparison.Ordinal) || error.Message.StartsWith("READONLY", StringComparison.Ordinal)
            || error.Message.StartsWith("MASTERDOWN", StringComparison.Ordinal) || error.Message.StartsWith("CLUSTERDOWN", StringComparison.Ordinal) || error.Message.StartsWith("TRYAGAIN", StringComparison.Ordinal)));

    public static ThreadStoreException ToStoreError(RedisException exception, string place) => exception switch
    {
        RedisServerException { Message: var text } when text.Contains("OOM", StringComparison.Ordinal) =>
            new(ThreadStoreError.Full, $"{place} has no memory left. Nothing of this operation was written. Raise maxmemory; the store goes on by itself.", exception),
        RedisServerException { Message: var text } when text.Contains("MISCONF", StringComparison.Ordinal) =>
            new(ThreadStoreError.Full, $"{place} cannot write to its disk and takes nothing. Look at its log; the store goes on by itself.", exception),
        RedisServerException { Message: var text } when text.StartsWith("NOAUTH", StringComparison.Ordinal) || text.StartsWith("WRONGPASS", StringComparison.Ordinal) || text.StartsWith("NOPERM", StringComparison.Ordinal) =>
            new(ThreadStoreError.NoAccess, $"{place} refused the user: {text}. Check user and password of REDIS_URL, and that the user may run EVAL and the keys {{drafthorse}}:*.", exception),
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } =>
            new(ThreadStoreError.NoAccess, $"{place} refused the user. Check user and password of REDIS_URL.", exception),
        RedisServerException => new(ThreadStoreError.Failed, $"{place} failed: {exception.Message}", exception),
        _ => new(ThreadStoreError.Unreachable, $"{place} cannot be reached: {exception.Message} Check that it runs, and the address in REDIS_URL; the store goes on by itself when it is back.", exception),
    };
}
