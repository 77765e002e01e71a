using Drafthorse.Harness.Postgres;

namespace Drafthorse.Harness;

/// <summary>Lets an agent keep its threads in PostgreSQL.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Keeps the threads in this database: <c>postgres://user:password@host:port/database</c>. Connects when the first message comes.</summary>
    /// <exception cref="FormatException">The address cannot be read.</exception>
    public static HarnessAgentBuilder UsePostgres(this HarnessAgentBuilder builder, string address)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseStateStore(new PostgresThreadStore(new PostgresThreadStoreOptions { Address = address }));
    }
}
