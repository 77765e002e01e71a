namespace Drafthorse.Harness.Postgres;

/// <summary>Where the threads lie.</summary>
public sealed record PostgresThreadStoreOptions
{
    /// <summary>The database: <c>postgres://user:password@host:port/database?sslmode=require</c>, or a connection string of Npgsql.</summary>
    public required string Address { get; init; }

    /// <summary>Most connections of this process at a time (default 20). All replicas together must stay below the server's <c>max_connections</c>.</summary>
    public int MaxConnections { get; init; } = 20;

    /// <summary>How long one statement of a write may take on the server before it is given up (default 15 s).</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an operation is tried again while the database cannot be reached (default 10 s).</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
