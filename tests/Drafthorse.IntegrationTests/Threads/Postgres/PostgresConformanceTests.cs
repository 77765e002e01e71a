using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Threads.Conformance;

namespace Drafthorse.IntegrationTests.Threads.Postgres;

/// <summary>A database of its own on the run's PostgreSQL server.</summary>
public sealed class PostgresHost(PostgresServer server) : StoreHost
{
    private readonly Lazy<string> _address = new(() => Task.Run(server.NewDatabaseAsync).GetAwaiter().GetResult());

    public override bool IsDurable => true;

    public override IThreadStore Open(TimeProvider timeProvider) => new PostgresThreadStore(new PostgresThreadStoreOptions { Address = _address.Value, MaxConnections = 8 }, timeProvider);
}

public sealed class PostgresInboxTests(PostgresServer server) : InboxConformance(new PostgresHost(server));

public sealed class PostgresRunTests(PostgresServer server) : RunConformance(new PostgresHost(server));

public sealed class PostgresOutboxTests(PostgresServer server) : OutboxConformance(new PostgresHost(server));

public sealed class PostgresBudgetTests(PostgresServer server) : BudgetConformance(new PostgresHost(server));

public sealed class PostgresReadTests(PostgresServer server) : ReadConformance(new PostgresHost(server));

public sealed class PostgresModelTests(PostgresServer server) : ModelConformance(() => new PostgresHost(server), runs: 10);

public sealed class PostgresTextTests(PostgresServer server) : TextConformance(new PostgresHost(server));

public sealed class PostgresGuardTests(PostgresServer server) : GuardConformance(new PostgresHost(server));
