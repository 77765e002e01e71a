using System.Net;
using Drafthorse.Harness.Threads;
using StackExchange.Redis;

namespace Drafthorse.Harness.Redis;

/// <summary>Looks at a server when the store begins to use it.</summary>
internal static class RedisServers
{
    private static readonly Version Least = new(7, 0);

    /// <summary>The version of the keys and their rows.</summary>
    private const int Version = 1;

    /// <summary>Writes the version down where there is none, and refuses a newer one.</summary>
    public static async Task CheckVersionAsync(IDatabase database, string place)
    {
        const string Key = "{drafthorse}:version";
        await database.StringSetAsync(Key, Version, when: When.NotExists).ConfigureAwait(false);
        if (await database.StringGetAsync(Key).ConfigureAwait(false) is var version && (!version.TryParse(out long number) || number > Version))
            throw new ThreadStoreException(ThreadStoreError.NewerVersion, $"{place} has threads of version {version}, written by a newer Drafthorse; this one reads version {Version}. Run the newer Drafthorse, or name another server.");
    }

    public static string Name(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint named => $"{named.Host}:{named.Port}",
        _ => $"{endPoint}",
    };

    /// <summary>Returns what its settings mean that one should know. Throws <see cref="ThreadStoreException"/> when threads cannot be kept there.</summary>
    public static async Task<string?> CheckAsync(ConnectionMultiplexer connection, string place)
    {
        var server = connection.GetServers().FirstOrDefault(candidate => candidate is { IsConnected: true, IsReplica: false })
            ?? throw new ThreadStoreException(ThreadStoreError.NoAccess, $"{place} is a replica, which takes no writes. Name the primary in REDIS_URL.");
        if (server.Version < Least)
            throw new ThreadStoreException(ThreadStoreError.Failed, $"{place} has version {server.Version}; version {Least} or later is needed. Use a newer server.");

        try
        {
            var settings = (await server.ConfigGetAsync("*").ConfigureAwait(false)).ToDictionary(setting => setting.Key, setting => setting.Value);
            if (settings.GetValueOrDefault("maxmemory-policy") is { } policy and not "noeviction" && settings.GetValueOrDefault("maxmemory") is not (null or "0"))
                throw new ThreadStoreException(ThreadStoreError.Failed, $"{place} throws keys away when its memory is full (maxmemory-policy is {policy}), and threads with them. Set it to noeviction.");

            return settings.GetValueOrDefault("appendonly") != "yes" ? $"{place} has appendonly off: what came since its last snapshot is lost when it crashes. Set appendonly to yes."
                : settings.GetValueOrDefault("appendfsync") == "always" ? null
                : $"{place} has appendfsync {settings.GetValueOrDefault("appendfsync")}: up to a second of what was accepted is lost when its machine crashes. Set it to always to lose nothing.";
        }
        catch (RedisServerException)
        {
            return $"{place} does not show its settings (CONFIG is not allowed). Make sure that maxmemory-policy is noeviction, appendonly yes and appendfsync always.";
        }
    }
}
