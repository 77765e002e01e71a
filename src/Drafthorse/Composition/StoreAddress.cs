using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Redis;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>Where a thread store is: a file, a PostgreSQL database or a Redis server. It may hold a password: <see cref="ToString"/> does not show it.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Address">The path or the URL.</param>
internal sealed record StoreAddress(StoreKind Kind, string Address)
{
    private const string Environment = "env:";
    private const string Sqlite = "sqlite:";

    /// <summary>The store of the settings.</summary>
    public static StoreAddress Of(DrafthorseSettings settings) =>
        settings.DatabaseUrl is { } database ? new StoreAddress(StoreKind.Postgres, database)
        : settings.RedisUrl is { } redis ? new StoreAddress(StoreKind.Redis, redis)
        : new StoreAddress(StoreKind.Sqlite, settings.StorePath);

    /// <summary>Reads what somebody wrote on the command line: a path, <c>sqlite:PATH</c>, a URL, or <c>env:NAME</c> for a variable that holds one of them.</summary>
    /// <exception cref="SettingsException">It is none of these; the message does not show it where it may hold a password.</exception>
    public static StoreAddress Parse(string text, Func<string, string?> variable)
    {
        if (text.StartsWith(Environment, StringComparison.Ordinal))
        {
            var name = text[Environment.Length..];
            if (variable(name) is not { Length: > 0 } value || value.StartsWith(Environment, StringComparison.Ordinal))
                throw new SettingsException($"The variable {name} is not set to the address of a store.");

            // These two may hold connection strings too.
            return name switch { "DATABASE_URL" => Checked(StoreKind.Postgres, value), "REDIS_URL" => Checked(StoreKind.Redis, value), _ => Parse(value, variable) };
        }

        switch (text.Split("://", 2))
        {
            case ["postgres" or "postgresql", _]:
                return Checked(StoreKind.Postgres, text);
            case ["redis" or "rediss", _]:
                return Checked(StoreKind.Redis, text);
            case [_, _]:
            case [_] when text.Contains('=', StringComparison.Ordinal) && !text.StartsWith(Sqlite, StringComparison.Ordinal):
                throw new SettingsException("A store's address is the path of a file, sqlite:PATH, postgres://..., redis://..., or env:NAME for a variable that holds one of them.");
        }

        var path = text.StartsWith(Sqlite, StringComparison.Ordinal) ? text[Sqlite.Length..] : text;
        return string.IsNullOrWhiteSpace(path) ? throw new SettingsException("The address of the store is empty.") : new StoreAddress(StoreKind.Sqlite, Path.GetFullPath(path));
    }

    private static StoreAddress Checked(StoreKind kind, string address)
    {
        try
        {
            var checkedAddress = new StoreAddress(kind, address);
            _ = checkedAddress.ToString();
            return checkedAddress;
        }
        catch (FormatException exception)
        {
            throw new SettingsException(exception.Message, exception);
        }
    }

    /// <inheritdoc />
    public override string ToString() => Kind switch
    {
        StoreKind.Postgres => PostgresThreadStore.Describe(Address),
        StoreKind.Redis => RedisThreadStore.Describe(Address),
        _ => Address,
    };
}

/// <summary>The kinds of store that last.</summary>
internal enum StoreKind
{
    Sqlite,
    Postgres,
    Redis,
}
