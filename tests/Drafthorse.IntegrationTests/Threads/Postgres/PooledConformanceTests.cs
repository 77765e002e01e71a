using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Threads.Conformance;

namespace Drafthorse.IntegrationTests.Threads.Postgres;

/// <summary>PgBouncer before the run's PostgreSQL server, in transaction mode: each transaction may get another connection.</summary>
public sealed class Pooler : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory;

    public Pooler(PostgresServer server)
    {
        Assert.SkipUnless(PostgresServer.IsInstalled && File.Exists("/usr/sbin/pgbouncer"), "There is no PgBouncer (apt-get install pgbouncer).");
        _directory = Directory.CreateTempSubdirectory("drafthorse-pgbouncer-").FullName;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var settings = Path.Combine(_directory, "pgbouncer.ini");
        File.WriteAllText(settings, $"""
            [databases]
            * = host=127.0.0.1 port={server.Port} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {Port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 4
            max_client_conn = 500
            """);
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        _process = Process.Start(PostgresServer.AsPostgres("/usr/sbin/pgbouncer", [settings]))!;
        _ = _process.StandardError.ReadToEndAsync();
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>A database of its own behind the pooler.</summary>
public sealed class PooledHost(PostgresServer server, Pooler pooler) : StoreHost
{
    private readonly Lazy<string> _name = new(() => Task.Run(server.NewDatabaseAsync).GetAwaiter().GetResult().Split('/')[^1].Split('?')[0]);

    public override bool IsDurable => true;

    public override IThreadStore Open(TimeProvider timeProvider) =>
        new PostgresThreadStore(new PostgresThreadStoreOptions { Address = $"postgres://postgres@127.0.0.1:{pooler.Port}/{_name.Value}", MaxConnections = 8 }, timeProvider);
}

public sealed class PooledRunTests(PostgresServer server, Pooler pooler) : RunConformance(new PooledHost(server, pooler)), IClassFixture<Pooler>;

public sealed class PooledBudgetTests(PostgresServer server, Pooler pooler) : BudgetConformance(new PooledHost(server, pooler)), IClassFixture<Pooler>;

public sealed class PooledOutboxTests(PostgresServer server, Pooler pooler) : OutboxConformance(new PooledHost(server, pooler)), IClassFixture<Pooler>;
