using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Threads;
using Drafthorse.Tests.Threads.Conformance;

namespace Drafthorse.IntegrationTests.Threads.Redis;

/// <summary>A server of its own.</summary>
public sealed class RedisHost : StoreHost
{
    private readonly RedisServer _server = new("--appendonly", "no");

    public override bool IsDurable => true;

    public override IThreadStore Open(TimeProvider timeProvider) => new RedisThreadStore(new RedisThreadStoreOptions { Address = _server.Address }, timeProvider);

    public override void Dispose()
    {
        Task.Run(async () => await _server.DisposeAsync()).GetAwaiter().GetResult();
        base.Dispose();
    }
}

public sealed class RedisInboxTests() : InboxConformance(new RedisHost());

public sealed class RedisRunTests() : RunConformance(new RedisHost());

public sealed class RedisOutboxTests() : OutboxConformance(new RedisHost());

public sealed class RedisBudgetTests() : BudgetConformance(new RedisHost());

public sealed class RedisReadTests() : ReadConformance(new RedisHost());

public sealed class RedisModelTests() : ModelConformance(() => new RedisHost(), runs: 10);

public sealed class RedisTextTests() : TextConformance(new RedisHost());

public sealed class RedisGuardTests() : GuardConformance(new RedisHost());
