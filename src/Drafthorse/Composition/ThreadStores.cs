using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Archive;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>Opens thread stores.</summary>
internal static class ThreadStores
{
    /// <summary>Opens the store of the settings, to work with it. Throws <see cref="ThreadStoreException"/> and <see cref="SettingsException"/>.</summary>
    public static async Task<ThreadStore> OpenAsync(DrafthorseSettings settings, CancellationToken cancellationToken)
    {
        HomeFolder.Prepare(settings);
        var store = await OpenAsync(StoreAddress.Of(settings), cancellationToken);
        return await PreparedAsync(store, RefuseClosedAsync(store, cancellationToken));
    }

    /// <summary>Opens a store, also one that takes no writes. Throws <see cref="ThreadStoreException"/>.</summary>
    public static async Task<ThreadStore> OpenAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        switch (address.Kind)
        {
            case StoreKind.Postgres:
                var postgres = new PostgresThreadStore(new PostgresThreadStoreOptions { Address = address.Address });
                return await PreparedAsync(postgres, postgres.PrepareAsync(cancellationToken));
            case StoreKind.Redis:
                var redis = new RedisThreadStore(new RedisThreadStoreOptions { Address = address.Address });
                await PreparedAsync(redis, redis.PrepareAsync(cancellationToken));
                if (redis.Warning is { } warning)
                    await Console.Error.WriteLineAsync($"WARNING {warning}");
                return redis;
            default:
                return new SqliteThreadStore(new SqliteThreadStoreOptions { Path = address.Address });
        }
    }

    /// <summary>Opens a store that must be there. Throws <see cref="ThreadStoreException"/> and <see cref="SettingsException"/>.</summary>
    public static Task<ThreadStore> OpenExistingAsync(StoreAddress address, CancellationToken cancellationToken) =>
        address.Kind != StoreKind.Sqlite || File.Exists(address.Address)
            ? OpenAsync(address, cancellationToken)
            : throw new SettingsException($"There is no thread store {address.Address}.");

    /// <summary>Opens it when it can be had: a process that was stopped in the middle of a write keeps the file's lock until it goes on or is
    /// ended, which may be long, and a database may start after its clients.</summary>
    public static async Task<ThreadStore> OpenWhenFreeAsync(DrafthorseSettings settings, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await OpenAsync(settings, cancellationToken);
            }
            catch (ThreadStoreException exception) when (exception.Error is ThreadStoreError.Locked or ThreadStoreError.Unreachable)
            {
                await Console.Error.WriteLineAsync($"{exception.Message} This server tries again until the store is free.");
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    private static async Task RefuseClosedAsync(ThreadStore store, CancellationToken cancellationToken)
    {
        if (StoreClosure.Read(await store.ReadMarkAsync(StoreClosure.Mark, cancellationToken)) is { } closure)
            throw closure.Refuse(store.Place);
    }

    private static async Task<ThreadStore> PreparedAsync(ThreadStore store, Task prepared)
    {
        try
        {
            await prepared;
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }
}
