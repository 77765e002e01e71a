using Drafthorse.Harness.Redis;

namespace Drafthorse.Harness;

/// <summary>Lets an agent keep its threads in Redis.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Keeps the threads in this server: <c>redis://user:password@host:6379</c>. Connects when the first message comes.</summary>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    public static HarnessAgentBuilder UseRedis(this HarnessAgentBuilder builder, string address)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseStateStore(new RedisThreadStore(new RedisThreadStoreOptions { Address = address }));
    }
}
