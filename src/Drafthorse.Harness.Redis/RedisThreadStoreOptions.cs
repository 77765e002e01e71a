namespace Drafthorse.Harness.Redis;

/// <summary>Where the threads lie.</summary>
public sealed record RedisThreadStoreOptions
{
    /// <summary>The server: <c>redis://user:password@host:6379</c>, <c>rediss://</c> with TLS, or a configuration string of StackExchange.Redis.</summary>
    public required string Address { get; init; }

    /// <summary>How long an operation is tried again while the server cannot be reached (default 10 s).</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
