using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Threads.Conformance;

namespace Drafthorse.Tests.Threads;

public sealed class MemoryHost : StoreHost
{
    public override bool IsDurable => false;

    public override IThreadStore Open(TimeProvider timeProvider) => new InMemoryThreadStore(timeProvider);
}

public sealed class SqliteHost : StoreHost
{
    public string Path { get; } = System.IO.Path.Combine(Directory.CreateTempSubdirectory("drafthorse-store-").FullName, "drafthorse.db");

    public override bool IsDurable => true;

    public override IThreadStore Open(TimeProvider timeProvider) =>
        new SqliteThreadStore(new SqliteThreadStoreOptions { Path = Path, LockTimeout = TimeSpan.FromSeconds(10) }, timeProvider);

    public override void Dispose()
    {
        Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
        base.Dispose();
    }
}

public sealed class MemoryInboxTests() : InboxConformance(new MemoryHost());

public sealed class SqliteInboxTests() : InboxConformance(new SqliteHost());

public sealed class MemoryRunTests() : RunConformance(new MemoryHost());

public sealed class SqliteRunTests() : RunConformance(new SqliteHost());

public sealed class MemoryOutboxTests() : OutboxConformance(new MemoryHost());

public sealed class SqliteOutboxTests() : OutboxConformance(new SqliteHost());

public sealed class MemoryBudgetTests() : BudgetConformance(new MemoryHost());

public sealed class SqliteBudgetTests() : BudgetConformance(new SqliteHost());

public sealed class MemoryReadTests() : ReadConformance(new MemoryHost());

public sealed class SqliteReadTests() : ReadConformance(new SqliteHost());

public sealed class MemoryModelTests() : ModelConformance(() => new MemoryHost(), runs: 300);

public sealed class SqliteModelTests() : ModelConformance(() => new SqliteHost(), runs: 30);

public sealed class MemoryTextTests() : TextConformance(new MemoryHost());

public sealed class SqliteTextTests() : TextConformance(new SqliteHost());

public sealed class MemoryGuardTests() : GuardConformance(new MemoryHost());

public sealed class SqliteGuardTests() : GuardConformance(new SqliteHost());
