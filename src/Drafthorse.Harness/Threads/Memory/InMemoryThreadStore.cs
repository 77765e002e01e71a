using Drafthorse.Harness.Threads.Operations;

namespace Drafthorse.Harness.Threads;

/// <summary>Threads in the memory of this process, gone with it: for tests and for programs that need no durability.</summary>
/// <param name="timeProvider">The store's clock; null = the system's.</param>
public sealed class InMemoryThreadStore(TimeProvider? timeProvider = null) : ThreadStore(timeProvider ?? TimeProvider.System)
{
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly MemoryTables _tables = new();
    private int _writes;

    internal override string Kind => "memory";

    internal override string Place => "the memory of this process";

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        Signal.RaiseAll();
        return ValueTask.CompletedTask;
    }

    private protected override Task<T> ReadAsync<T>(StoreReads reads, Func<StoreTables, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _tables.Now = StoreTime.Now(_timeProvider);
            return Task.FromResult(read(_tables));
        }
    }

    private protected override Task<T> WriteAsync<T>(StoreReads reads, Func<StoreTables, T> operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        T result;
        Change[] changes;
        lock (_gate)
        {
            _tables.Now = StoreTime.Now(_timeProvider);
            _tables.ForgetChanges();
            try
            {
                result = operation(_tables);
            }
            catch (Exception exception)
            {
                return Task.FromException<T>(exception);
            }

            changes = [.. _tables.Changes];
            if (++_writes % 1000 == 0)
            {
                _tables.Sweep(limit: 2000);
            }
        }

        Signal.Raise(changes);
        return Task.FromResult(result);
    }
}
