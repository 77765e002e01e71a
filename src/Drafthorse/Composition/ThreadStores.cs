using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Sqlite;
using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>Opens the thread store of the settings.</summary>
internal static class ThreadStores
{
    /// <summary>Throws <see cref="ThreadStoreException"/> and <see cref="SettingsException"/>.</summary>
    public static async Task<IThreadStore> OpenAsync(DrafthorseSettings settings, CancellationToken cancellationToken)
    {
        HomeFolder.Prepare(settings);
        if (settings.DatabaseUrl is { } database)
        {
            var store = new PostgresThreadStore(new PostgresThreadStoreOptions { Address = database });
            return await PreparedAsync(store, store.PrepareAsync(cancellationToken));
        }

        if (settings.RedisUrl is { } redis)
        {
            var store = new RedisThreadStore(new RedisThreadStoreOptions { Address = redis });
            await PreparedAsync(store, store.PrepareAsync(cancellationToken));
            if (store.Warning is { } warning)
                await Console.Error.WriteLineAsync($"WARNING {warning}");
            return store;
        }

        return new SqliteThreadStore(new SqliteThreadStoreOptions { Path = settings.StorePath });
    }

    /// <summary>Opens it when it can be had: a process that was stopped in the middle of a write keeps the file's lock until it goes on or is
    /// ended, which may be long, and a database may start after its clients.</summary>
    public static async Task<IThreadStore> OpenWhenFreeAsync(DrafthorseSettings settings, CancellationToken cancellationToken)
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

    /// <summary>Where the threads are, for people; never the password.</summary>
    public static string Describe(DrafthorseSettings settings) =>
        settings.DatabaseUrl is { } database ? PostgresThreadStore.Describe(database)
        : settings.RedisUrl is { } redis ? RedisThreadStore.Describe(redis)
        : settings.StorePath;

    private static async Task<IThreadStore> PreparedAsync(IThreadStore store, Task prepared)
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
