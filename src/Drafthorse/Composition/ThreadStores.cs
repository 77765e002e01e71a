using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Threads.Sqlite;
using Drafthorse.Settings;

namespace Drafthorse.Composition;

/// <summary>Opens the thread store of the settings.</summary>
internal static class ThreadStores
{
    /// <summary>Throws <see cref="ThreadStoreException"/> and <see cref="SettingsException"/>.</summary>
    public static IThreadStore Open(DrafthorseSettings settings)
    {
        HomeFolder.Prepare(settings);
        return new SqliteThreadStore(new SqliteThreadStoreOptions { Path = settings.StorePath });
    }

    /// <summary>Opens it when nobody holds its lock any more: a process that was stopped in the middle of a write keeps the lock until it
    /// goes on or is ended, which may be long.</summary>
    public static async Task<IThreadStore> OpenWhenFreeAsync(DrafthorseSettings settings, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return Open(settings);
            }
            catch (ThreadStoreException exception) when (exception.Error is ThreadStoreError.Locked)
            {
                await Console.Error.WriteLineAsync($"{exception.Message} This server tries again until the file is free.");
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }
}
