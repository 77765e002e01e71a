using Npgsql;

namespace Drafthorse.Harness.Postgres.Connections;

/// <summary>Reads the address of a database.</summary>
internal static class PostgresAddress
{
    /// <summary>Throws <see cref="FormatException"/> that names what is wrong, never the password.</summary>
    public static NpgsqlConnectionStringBuilder Parse(string address)
    {
        var builder = address.Contains("://", StringComparison.Ordinal) ? FromUri(address) : FromKeywords(address);
        if (string.IsNullOrEmpty(builder.Host) || string.IsNullOrEmpty(builder.Database))
            throw new FormatException("The address of the PostgreSQL database names no host or no database. Write postgres://user:password@host:5432/database.");

        // A pooler gives each transaction another connection: nothing may be left on one, or be expected there.
        builder.NoResetOnClose = true;
        builder.MaxAutoPrepare = 0;
        builder.Enlist = false;
        builder.ApplicationName ??= "drafthorse";
        return builder;
    }

    private static NpgsqlConnectionStringBuilder FromUri(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql"))
            throw new FormatException("The address of the PostgreSQL database is no URL of the form postgres://user:password@host:5432/database.");

        var builder = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host), Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) };
        if (!uri.IsDefaultPort && uri.Port > 0)
            builder.Port = uri.Port;

        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            Set(builder, Uri.UnescapeDataString(pair.Split('=', 2)[0]), Uri.UnescapeDataString(pair.Split('=', 2).ElementAtOrDefault(1) ?? ""));
        return builder;
    }

    // libpq writes what Npgsql writes with spaces and without underscores.
    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        try
        {
            switch (name.ToLowerInvariant())
            {
                case "sslmode":
                    builder.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
                    break;
                case "sslrootcert":
                    builder.RootCertificate = value;
                    break;
                case "connect_timeout":
                    builder["Timeout"] = value;
                    break;
                case "host":
                    builder.Host = value;
                    break;
                default:
                    builder[name.Replace('_', ' ')] = value;
                    break;
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or KeyNotFoundException)
        {
            throw new FormatException($"The address of the PostgreSQL database has a setting that is not known or has no such value: {name}.", exception);
        }
    }

    private static NpgsqlConnectionStringBuilder FromKeywords(string address)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(address);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new FormatException("The address of the PostgreSQL database is neither a URL (postgres://user:password@host:5432/database) nor a connection string.", exception);
        }
    }
}
