namespace Drafthorse.Harness.Sqlite;

/// <summary>Where a <see cref="SqliteThreadStore"/> lies and how long it waits.</summary>
public sealed class SqliteThreadStoreOptions
{
    /// <summary>The file, on a local disk; made when it does not exist, readable by its owner only.</summary>
    public required string Path { get; set; }

    /// <summary>How long an operation waits while another process holds the write lock (default 30 s).</summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most reads at the same time (default 8); each holds a connection.</summary>
    public int MaxReaders { get; set; } = 8;
}
