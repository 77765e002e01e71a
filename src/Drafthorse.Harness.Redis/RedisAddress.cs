using System.Globalization;
using StackExchange.Redis;

namespace Drafthorse.Harness.Redis;

/// <summary>Reads the address of a server.</summary>
internal static class RedisAddress
{
    /// <summary>Throws <see cref="FormatException"/> that names what is wrong, never the password.</summary>
    public static ConfigurationOptions Parse(string address)
    {
        var options = address.Contains("://", StringComparison.Ordinal) ? FromUri(address) : FromConfiguration(address);
        if (options.EndPoints.Count == 0)
            throw new FormatException("The address of the Redis server names no host. Write redis://user:password@host:6379.");
        if (options.DefaultDatabase is not (null or 0))
            throw new FormatException("The address of the Redis server names a numbered database. Use database 0, the only one that a cluster has.");

        options.AbortOnConnectFail = true;

        // For CONFIG GET, by which the store learns what the server promises.
        options.AllowAdmin = true;
        options.ClientName ??= "drafthorse";
        return options;
    }

    private static ConfigurationOptions FromUri(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0)
            throw new FormatException("The address of the Redis server is no URL of the form redis://user:password@host:6379.");

        var options = new ConfigurationOptions { Ssl = uri.Scheme == "rediss" };
        options.EndPoints.Add(uri.IdnHost, uri.IsDefaultPort || uri.Port < 0 ? 6379 : uri.Port);
        var user = uri.UserInfo.Split(':', 2);
        if (user.Length > 1)
            options.Password = Uri.UnescapeDataString(user[1]);
        if (user.Length > 1 && user[0].Length > 0)
            options.User = Uri.UnescapeDataString(user[0]);
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } path)
        {
            options.DefaultDatabase = int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out var database)
                ? database
                : throw new FormatException("The path of the address of the Redis server is no number of a database.");
        }

        return options;
    }

    private static ConfigurationOptions FromConfiguration(string address)
    {
        try
        {
            return ConfigurationOptions.Parse(address);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException("The address of the Redis server is neither a URL (redis://user:password@host:6379) nor a configuration string.", exception);
        }
    }
}
